/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The previous access router of RFC 5568: it redirects the packets of a node that
 * leaves it.
 *
 *	known ---> copying ----------------+
 *	  |           | link down          |
 *	  |           v                    | FBU
 *	  |         holding ---------------+
 *	  |                                v
 *	  +---------------------------> asking ---> redirected ---> known
 *	              FBU                    HAck              end, or FBU with
 *	                                                       a lifetime of 0
 *
 * There is one for every address of a node.  "asking" has a HI outstanding; if that
 * is refused, or never answered, it is what it was before.  A node that has come back is
 * "copying" for a while, until all it has missed is out.  That is over when no FBU comes
 * for as long as a redirection may last, or with copies of all nodes when the node is no
 * longer on its link.
 */
#ifndef FMIPD_PAR_H
#define FMIPD_PAR_H

#include <uthash.h>

#include "engine.h"
#include "nar.h"
#include "record.h"

/* The beginning of time. */
#define PAR_DOWN_UNSEEN	1

/* A packet may have to wait for longer in front of a link than a PrRtAdv had. */
#define PAR_IN_FLIGHT_NS	50000000ull

/**
 * enum par_state - how far a handover is
 * @PAR_KNOWN: the node is here, or was
 * @PAR_COPYING: copies are kept of what it gets
 * @PAR_HOLDING: it has left the link, and has not said where to
 * @PAR_ASKING: it has said so; the new router has been asked
 * @PAR_REDIRECTED: its packets go to the new router
 */
enum par_state {
	PAR_KNOWN,
	PAR_COPYING,
	PAR_HOLDING,
	PAR_ASKING,
	PAR_REDIRECTED,
};

/**
 * struct par_request - what a node has asked for in its FBU
 * @sequence: of the newest one
 * @spi: of the key with which it was signed
 * @lifetime: seconds
 * @par: to which address it was sent: the end of the tunnel
 * @source: from which
 * @ncoa: where the node is going to be
 * @from_pcoa: it was sent from the PCoA: the node has yet to go
 * @on_link: the same, and on a link of this router: not out of a tunnel, as what comes
 *	from the new router that the PCoA is used at (HAck with Code 3)
 * @silent: it wants no FBack: there was no A flag
 * @bare_length: its BADF has the length that RFC 5568 6.4.5 says literally
 * @adopted: it is from before a restart, and only @par and @ncoa are known, the latter
 *	only if the new router had nothing against it
 */
struct par_request {
	uint16_t sequence;
	uint32_t spi;
	uint16_t lifetime;
	struct in6_addr par;
	struct in6_addr source;
	struct in6_addr ncoa;
	bool from_pcoa;
	bool on_link;
	bool silent;
	bool bare_length;
	bool adopted;
};

/**
 * struct par_station_key - who a node is on a link
 * @ifindex: the link
 * @lla: its link-layer address, with zeros behind it
 */
struct par_station_key {
	unsigned int ifindex;
	struct lla lla;
};

/* So many PrRtAdvs a node may refer to. */
#define PAR_TOLD_MAX	4

/**
 * struct par_told - a PrRtAdv that a node has asked for
 * @identifier: its number
 * @ns: when it was first sent; 0 if none was
 */
struct par_told {
	uint16_t identifier;
	uint64_t ns;
};

/**
 * struct par_station - a node on a link, with all its addresses
 * @hh: by @key, in &struct par
 * @key: who it is
 * @nodes: its addresses, linked by &struct par_node.prev
 * @count: how many
 * @port: by which it came last, where its link has several; 0 if unknown
 * @bucket: what it may still send on that link
 * @told: the PrRtAdvs that it has last asked for
 * @next_told: which of them is the oldest
 */
struct par_station {
	UT_hash_handle hh;
	struct par_station_key key;
	struct par_node *nodes;
	unsigned int count;
	unsigned int port;
	struct bucket bucket;
	struct par_told told[PAR_TOLD_MAX];
	unsigned int next_told;
};

/**
 * struct par_signer_key - a key
 * @nodes: the addresses that it is for
 * @len: of that prefix
 * @spi: its number
 */
struct par_signer_key {
	struct in6_addr nodes;
	uint32_t len;
	uint32_t spi;
};

/**
 * struct par_signer - a key, with the addresses that are known by its FBUs alone
 * @hh: by @key, in &struct par
 * @key: the key
 * @nodes: the addresses, linked by &struct par_node.signer_prev
 * @count: how many
 */
struct par_signer {
	UT_hash_handle hh;
	struct par_signer_key key;
	struct par_node *nodes;
	unsigned int count;
};

/**
 * struct par_redirection - what a node has been granted
 * @request: to what it has asked for
 * @nar: the new router
 * @code: of the HAck
 * @ncoa: where the node may be
 * @tunnel: where its packets go
 * @granted: seconds
 * @end_ns: when that is over
 */
struct par_redirection {
	struct par_request request;
	struct in6_addr nar;
	uint8_t code;
	struct in6_addr ncoa;
	struct ip6_ends tunnel;
	uint16_t granted;
	uint64_t end_ns;
};

/**
 * struct par_node - an address of a node
 * @hh: by @pcoa, in &struct par
 * @by_path: by @path_id, if it has a binding
 * @by_hi: by @nar and @hi_sequence, while it is PAR_ASKING
 * @prev: among those of @station
 * @next: the same
 * @spare_prev: among those that can be forgotten: &struct par.spare
 * @spare_next: the same
 * @engine: the router that it is, or was, at
 * @pcoa: the address
 * @state: how far its handover is; par_enter() changes it
 * @before: the state to go back to if the new router refuses
 * @ifindex: the link that it is, or was, on
 * @lla: its link-layer address; of no length if that is not known, and without @station
 *	what it has said itself
 * @station: the node on that link, as the link has shown it, or NULL; par_locate()
 *	changes all three
 * @signer: the key of the FBU by which it became known, or NULL if it was, or is since,
 *	by its link
 * @signer_prev: among those of @signer
 * @signer_next: the same
 * @buckets: what it may still send, from that link and from elsewhere
 * @down_ns: when it left that link, as far as was seen, or 0; PAR_DOWN_UNSEEN if nobody
 *	was there to see it
 * @left_ns: a moment at which it had not left yet: what came later may not have reached
 *	it; 0 if none is known, which makes all copies newer
 * @asked_ns: when it last asked from there for another link, while what came for it
 *	still went there, or 0
 * @path_id: of its binding, or 0; par_bind() changes it
 * @tunnelled: that one sends into the tunnel
 * @held: it has held packets, or sends copies, and has not told that they are all out
 * @copies: its gate copies, and releases nothing: what came can be sent once more
 * @set_ns: when @held last became true
 * @lingers: it has come back, and copies are kept only in case it leaves at once
 * @has_sequence: @sequence is known
 * @sequence: the last one that was accepted with the key with the number @sequence_spi
 * @sequence_spi: that of the last FBU; another one's is recalled
 * @request: what it has asked for
 * @invited: it has not, but the new router has: HAck with Code 4
 * @nar: the address of the new router
 * @hi_sequence: of the HI that is outstanding
 * @asked: of that, since it was first sent
 * @code: of the HAck that was accepted
 * @ncoa: the address that the new router has let it have
 * @tunnel: where its packets go
 * @granted: lifetime, seconds
 * @end_ns: when that is over
 * @kept: all of that of the redirection that there is, whatever is asked for now
 * @retry: when HI is sent again
 * @end: rings at @end_ns, or when no more copies are kept
 * @record: of the handover
 */
struct par_node {
	UT_hash_handle hh;
	UT_hash_handle by_path;
	UT_hash_handle by_hi;
	struct par_node *prev;
	struct par_node *next;
	struct par_node *spare_prev;
	struct par_node *spare_next;
	struct engine *engine;
	struct in6_addr pcoa;
	enum par_state state;
	enum par_state before;
	unsigned int ifindex;
	struct lla lla;
	struct par_station *station;
	struct par_signer *signer;
	struct par_node *signer_prev;
	struct par_node *signer_next;
	struct bucket buckets[2];
	uint64_t down_ns;
	uint64_t left_ns;
	uint64_t asked_ns;
	uint32_t path_id;
	bool tunnelled;
	bool held;
	bool copies;
	uint64_t set_ns;
	bool lingers;
	bool has_sequence;
	uint16_t sequence;
	uint32_t sequence_spi;
	struct par_request request;
	bool invited;
	struct in6_addr nar;
	uint16_t hi_sequence;
	struct attempts asked;
	uint8_t code;
	struct in6_addr ncoa;
	struct ip6_ends tunnel;
	uint16_t granted;
	uint64_t end_ns;
	struct par_redirection kept;
	struct alarm retry;
	struct alarm end;
	struct record record;
};

/**
 * struct par - all of them
 * @nodes: by their PCoA
 * @paths: those with a binding, by its number
 * @asking: those with a HI outstanding, by the new router and its number
 * @stations: by their link and link-layer address
 * @signers: by their key
 * @spare: those without a handover, PAR_KNOWN and PAR_COPYING: the first has not been
 *	heard of for the longest time
 * @hi_sequence: of the last HI to anybody
 */
struct par {
	struct par_node *nodes;
	struct par_node *paths;
	struct par_node *asking;
	struct par_station *stations;
	struct par_signer *signers;
	struct par_node *spare[PAR_COPYING + 1];
	uint16_t hi_sequence;
};

/**
 * par_find() - the state of an address
 * @e: the router
 * @pcoa: the address
 *
 * Return: the state or NULL.
 */
struct par_node *par_find(struct engine *e, const struct in6_addr *pcoa);

/**
 * par_get() - the same, made if there is none
 * @e: the router
 * @pcoa: the address
 *
 * Return: the state, or NULL if there is no room for more.
 */
struct par_node *par_get(struct engine *e, const struct in6_addr *pcoa);

/**
 * par_admit() - the same for an address that an FBU is about
 * @e: the router
 * @pcoa: the address
 * @key: of the FBU
 *
 * Whoever has a key for a prefix can sign for any address in it, and say that it is
 * anywhere.  Addresses that no link has shown are bounded by key, or they would all be
 * his.
 *
 * Return: the state, or NULL if there is no room for more.
 */
struct par_node *par_admit(struct engine *e, const struct in6_addr *pcoa,
			   const struct config_key *key);

/**
 * par_told() - when a node was told something
 * @station: the node
 * @identifier: the number of the PrRtAdv
 *
 * Return: when that was first sent, or 0 if that is not known any more.
 */
uint64_t par_told(const struct par_station *station, uint16_t identifier);

/**
 * par_dismiss() - an address counts for its key no more
 * @n: the state of an address that is to be forgotten, or that its link has shown
 */
void par_dismiss(struct par_node *n);

/**
 * par_station() - a node on a link
 * @e: the router
 * @ifindex: the link
 * @lla: its link-layer address
 *
 * Return: the node, or NULL if none of its addresses is known.
 */
struct par_station *par_station(struct engine *e, unsigned int ifindex,
				const struct lla *lla);

/**
 * par_enter() - go to another state
 * @n: the state of an address
 * @state: the new one; the same counts as having been heard of
 */
void par_enter(struct par_node *n, enum par_state state);

/**
 * par_released() - what was held for a node is out
 * @n: the state of an address
 * @ns: when it was
 */
void par_released(struct par_node *n, uint64_t ns);

/**
 * par_was_here() - until when a node was on its link, as it has itself shown there
 * @n: the state of an address
 *
 * What came before that has reached it.
 *
 * Return: when that was, or 0 if that is not known.
 */
uint64_t par_was_here(const struct par_node *n);

/**
 * par_bind() - it has another binding, or none
 * @n: the state of an address
 * @path_id: the binding's number, or 0
 */
void par_bind(struct par_node *n, uint32_t path_id);

/**
 * par_unbind() - its binding is gone, or another's now, with all that was in it
 * @n: the state of an address
 */
void par_unbind(struct par_node *n);

/**
 * par_locate() - who the node is, and where
 * @n: the state of an address
 * @ifindex: its link
 * @lla: its link-layer address; of no length if that is not known
 */
void par_locate(struct par_node *n, unsigned int ifindex, const struct lla *lla);

/**
 * par_shown() - the same, as that link itself has shown it
 * @n: the state of an address
 * @ifindex: its link
 * @lla: its link-layer address
 *
 * From here on the address counts for the node there, not for a key.
 */
void par_shown(struct par_node *n, unsigned int ifindex, const struct lla *lla);

/**
 * par_claimed() - where an FBU says that a node is, and who
 * @n: the state of an address
 * @ifindex: its link
 * @lla: its link-layer address, or NULL if it does not say
 *
 * The new router is told that, if the link shows nothing else.  It makes the address none
 * of those of the node that has that link-layer address on the link: who signs for one
 * address does not speak for others.
 */
void par_claimed(struct par_node *n, unsigned int ifindex, const struct lla *lla);

/**
 * par_is_spare() - whether it can be forgotten
 * @n: the state of an address
 *
 * Return: whether there is no handover, and nothing on its way out to the node.
 */
bool par_is_spare(const struct par_node *n);

/**
 * par_payer() - who pays for an FBU before it is known to be from who it says
 * @e: the router
 * @m: the message
 *
 * Who forges one has to be on the link of the node to be taken for it there.
 *
 * Return: the bucket of the node, or NULL if nothing is known of it.
 */
struct bucket *par_payer(struct engine *e, const struct message *m);

/**
 * par_asking() - who has a HI outstanding
 * @e: the router
 * @nar: to whom
 * @sequence: its number
 *
 * Return: the state of the address, or NULL.
 */
struct par_node *par_asking(struct engine *e, const struct in6_addr *nar,
			    uint16_t sequence);

/**
 * par_forget() - end it, with its binding
 * @n: the state of an address
 */
void par_forget(struct par_node *n);

/**
 * par_path() - have the data path do what the state says
 * @n: the state of an address
 *
 * Return: 0 or a negative errno, and then the data path is as it was.
 */
int par_path(struct par_node *n);

/**
 * par_agrees() - whether an address may be that of a node that is said to be here
 * @e: the router
 * @address: an address of a link of this router
 * @request: what the router says where the node was
 *
 * Return: false if it is another node's, as far as is known: see par_gives_way().
 */
bool par_agrees(struct engine *e, const struct in6_addr *address,
		const struct nar_request *request);

/**
 * par_gives_way() - whether an address may be that of a node that is to come
 * @e: the router
 * @address: an address of a link of this router
 * @request: what the router asks for where the node is
 *
 * What is done here for an address that a node had before ends when the same node comes
 * back with it: the link-layer address says so, or the other router, if it is the one
 * to which the packets go.
 *
 * Return: false if it is another node's, or that is still to be decided.
 */
bool par_gives_way(struct engine *e, const struct in6_addr *address,
		   const struct nar_request *request);

/**
 * par_offer() - the data path of an address, for the NAR that its node comes back to
 * @e: the router
 * @address: of par_gives_way()
 *
 * What is held stays so, and waits for the node.
 *
 * Return: the state with the binding, for par_yield(); NULL if there is none.
 */
const struct par_node *par_offer(struct engine *e, const struct in6_addr *address);

/**
 * par_yield() - the NAR has it: what redirected the address is over
 * @e: the router
 * @address: of par_offer()
 */
void par_yield(struct engine *e, const struct in6_addr *address);

/**
 * par_is_back() - another router says that a node has come to its old link
 * @e: the router
 * @address: of par_agrees(), which the node has there again
 *
 * What came while it was away is at the other router, if anywhere.
 */
void par_is_back(struct engine *e, const struct in6_addr *address);

/**
 * par_adopt() - go on with a binding from before a restart
 * @e: the router
 * @path: the binding
 *
 * Return: false if it is none of these.
 */
bool par_adopt(struct engine *e, const struct path *path);

/**
 * par_ask() - a node has asked for a handover: ask the new router
 * @n: the state of its address, with the request filled in
 * @nar: the new router
 */
void par_ask(struct par_node *n, const struct config_neighbour *nar);

/**
 * par_ask_again() - the alarm that rings where HI is not answered
 * @alarm: &struct par_node.retry
 */
void par_ask_again(struct alarm *alarm);

/**
 * par_hack() - the new router has answered
 * @e: the router
 * @m: the message
 * @mh: the HAck
 */
void par_hack(struct engine *e, const struct message *m, const struct mh *mh);

/**
 * par_fbu() - a node asks for a handover, or for the end of one
 * @e: the router
 * @m: the message
 * @mh: the FBU
 */
void par_fbu(struct engine *e, const struct message *m, const struct mh *mh);

/**
 * par_answer() - send an FBack
 * @n: the state of an address, with the request that is answered
 * @status: &enum mh_fback_status
 *
 * What is accepted has the lifetime and the address of @n.
 */
void par_answer(struct par_node *n, uint8_t status);

/**
 * par_status() - how a request that is accepted is answered
 * @n: the state of an address, with what the new router has said
 *
 * Return: &enum mh_fback_status.
 */
uint8_t par_status(const struct par_node *n);

/**
 * par_accept() - redirect, and say so
 * @n: the state of an address, with its tunnel
 */
void par_accept(struct par_node *n);

/**
 * par_refuse() - do not, and say so
 * @n: the state of an address
 * @status: &enum mh_fback_status
 * @why: for the operator, in words that do not change
 */
void par_refuse(struct par_node *n, uint8_t status, const char *why);

/**
 * par_keep() - it is redirected
 * @n: the state of an address, with all that has been granted
 */
void par_keep(struct par_node *n);

/**
 * par_go_back() - go on with what there was before the node asked
 * @n: the state of an address
 */
void par_go_back(struct par_node *n);

/**
 * par_record() - leave a record of a redirection
 * @n: the state of an address
 * @why: it ends, in words that do not change
 */
void par_record(struct par_node *n, const char *why);

/**
 * par_over() - the end of a redirection: leave a record of it
 * @n: the state of an address
 * @why: in words that do not change
 */
void par_over(struct par_node *n, const char *why);

/**
 * par_return() - the node is back on its old link
 * @n: the state of an address
 *
 * What came after it had left, as far as there are copies, is sent once more.
 */
void par_return(struct par_node *n);

/**
 * par_solicited() - a node asks about access points
 * @e: the router
 * @m: the message
 * @nd: a RtSolPr
 */
void par_solicited(struct engine *e, const struct message *m, const struct nd *nd);

/**
 * par_interface_at() - the access interface that a link is
 * @e: the router
 * @ifindex: the link
 *
 * Return: its configuration, or NULL if it is none: an uplink, or a tunnel.
 */
const struct config_interface *par_interface_at(struct engine *e, unsigned int ifindex);

/**
 * par_may_leave() - a node is likely to leave its link
 * @e: the router
 * @ifindex: the link
 * @lla: the node
 */
void par_may_leave(struct engine *e, unsigned int ifindex, const struct lla *lla);

/**
 * par_order() - do what an operator wants of a PAR
 * @e: the router
 * @order: what
 * @why: why not
 *
 * Return: as engine_order().
 */
int par_order(struct engine *e, const struct engine_order *order, const char **why);

/**
 * par_show() - show what a PAR knows of nodes
 * @e: the router
 * @visitor: who wants to see it
 */
void par_show(struct engine *e, struct engine_visitor *visitor);

/**
 * par_advertise() - tell a node, unasked, of another router
 * @e: the router
 * @ifindex: the link that the node is on
 * @to: its address, or that of all nodes
 * @nar: the other router
 * @ap: its access point
 * @move: the node shall go there (RFC 5568 section 3.3); else it shall only know
 * @ncoa: the address that it shall have there, or NULL
 *
 * Return: 0, or -1 if that does not fit into one message.
 */
int par_advertise(struct engine *e, unsigned int ifindex, const struct in6_addr *to,
		  const struct config_neighbour *nar, const struct lla *ap, bool move,
		  const struct in6_addr *ncoa);

/**
 * par_advertise_all() - tell of all the routers around, unasked; nobody shall move
 * @e: the router
 * @ifindex: the link
 * @to: the address of a node on it, or that of all nodes
 *
 * Those that do not fit into one message are left out.
 *
 * Return: 0, or -1 if there is none to tell of.
 */
int par_advertise_all(struct engine *e, unsigned int ifindex, const struct in6_addr *to);

#endif
