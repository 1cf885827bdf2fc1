/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The new access router of RFC 5568: it buffers for a node that is to come.
 *
 *	           HI                 UNA            released, and a while
 *	(nothing) ----> expected ----------> arrived ---------------------> (nothing)
 *	   |              ^  |  nobody comes
 *	   | HI, with     |  +---------------------------------------------> (nothing)
 *	   | a probe      | nobody has the address
 *	   +---> probing -+
 *
 * There is one for every PCoA of a node, since each has an FBU and a HI of its own.
 * Those of a node that are to have the same NCoA share one binding, which goes on until
 * the last of them is over; where the PCoA goes on being used each has its own.
 */
#ifndef FMIPD_NAR_H
#define FMIPD_NAR_H

#include <uthash.h>

#include "engine.h"
#include "record.h"

/**
 * enum nar_state - how far a handover is
 * @NAR_PROBING: the link is asked who has the address
 * @NAR_EXPECTED: the node is to come
 * @NAR_ARRIVED: it has come
 */
enum nar_state {
	NAR_PROBING,
	NAR_EXPECTED,
	NAR_ARRIVED,
};

/**
 * struct nar_request - what a PAR has asked for in its HI
 * @par: its address
 * @own: the address that it was sent to
 * @sequence: of the newest one
 * @flags: MH_HI_*
 * @code: &enum mh_hi_code
 * @has_pcoa: there is a @pcoa
 * @pcoa: the node's old address
 * @ncoa: the one that it proposes
 * @lla: its link-layer address
 */
struct nar_request {
	struct in6_addr par;
	struct in6_addr own;
	uint16_t sequence;
	uint8_t flags;
	uint8_t code;
	bool has_pcoa;
	struct in6_addr pcoa;
	struct in6_addr ncoa;
	struct lla lla;
};

/**
 * struct nar_key - what makes two HIs the same handover
 * @par: who has sent them
 * @pcoa: the node's old address, or the unspecified one
 * @ncoa: the one that it proposes, or the unspecified one
 * @lla: its link-layer address, with zeros behind it
 */
struct nar_key {
	struct in6_addr par;
	struct in6_addr pcoa;
	struct in6_addr ncoa;
	struct lla lla;
};

/**
 * struct nar_visitor_key - what makes two PCoAs those of one node that is to come
 * @ncoa: what it proposes; unspecified if it proposes nothing, or that is not known
 * @lla: its link-layer address, with zeros behind it
 */
struct nar_visitor_key {
	struct in6_addr ncoa;
	struct lla lla;
};

/**
 * struct nar_visitor - a node that is to come with an address
 * @hh: by @key, in &struct nar
 * @key: who it is
 * @ifindex: the link it comes to
 * @nodes: its PCoAs
 * @count: how many
 * @bucket: what it may still send
 */
struct nar_visitor {
	UT_hash_handle hh;
	struct nar_visitor_key key;
	unsigned int ifindex;
	struct nar_node *nodes;
	unsigned int count;
	struct bucket bucket;
};

/**
 * struct nar_place - an address that a node has here, and its bindings
 * @hh: by @address, in &struct nar
 * @by_path: by @path_id, if there is one
 * @by_up: by @up_id, if there is one
 * @visitor: whose it is; NULL of one of which only @up_id is there, from before a
 *	restart
 * @address: the NCoA; of a node that is let to use its PCoA, that
 * @narrow: it is that
 * @users: PCoAs that have it
 * @flags: MH_HI_* of the one that has asked for the most
 * @note: of the cookie
 * @uplink: the tunnel to the PAR, if @narrow
 * @away: the tunnel in which the node sends as from this address until it comes back with
 *	it; with unspecified ends if there is none
 * @arrived: the node has come
 * @released: all that was buffered is out
 * @path_id: of the binding for its packets, or 0
 * @up_id: of that for those from it, if @narrow, or 0
 * @set_ns: when the former was last set
 * @out_ns: when all was out last, as long as nobody was told to be here
 */
struct nar_place {
	UT_hash_handle hh;
	UT_hash_handle by_path;
	UT_hash_handle by_up;
	struct nar_visitor *visitor;
	struct in6_addr address;
	bool narrow;
	unsigned int users;
	uint8_t flags;
	uint32_t note;
	struct ip6_ends uplink;
	struct ip6_ends away;
	bool arrived;
	bool released;
	uint32_t path_id;
	uint32_t up_id;
	uint64_t set_ns;
	uint64_t out_ns;
};

/**
 * struct nar_node - a PCoA of a node that is to come
 * @hh: by @key, in &struct nar
 * @key: what makes it this one
 * @prev: among those of @visitor
 * @next: the same
 * @engine: the router it comes to
 * @visitor: the node
 * @place: the address it has here; NULL if it proposes what is another's, as long as
 *	it has nothing else
 * @ncoa: the same, or what it proposes
 * @state: how far its handover is
 * @request: what its PAR has asked for
 * @adopted: that is from before a restart, and not all of it is known
 * @ifindex: the link it comes to
 * @code: of the HAck
 * @lingers: it is over but for what is still being released
 * @end: when it is forgotten
 * @record: of the handover
 */
struct nar_node {
	UT_hash_handle hh;
	struct nar_key key;
	struct nar_node *prev;
	struct nar_node *next;
	struct engine *engine;
	struct nar_visitor *visitor;
	struct nar_place *place;
	struct in6_addr ncoa;
	enum nar_state state;
	struct nar_request request;
	bool adopted;
	unsigned int ifindex;
	uint8_t code;
	bool lingers;
	struct alarm end;
	struct record record;
};

/**
 * struct nar_una - somebody has come who was not expected
 * @hh: by @address, in &struct nar
 * @address: which it has
 * @ifindex: the link
 * @lla: its link-layer address
 * @known: the neighbour cache had said so before
 * @ns: when it came
 */
struct nar_una {
	UT_hash_handle hh;
	struct in6_addr address;
	unsigned int ifindex;
	struct lla lla;
	bool known;
	uint64_t ns;
};

/**
 * struct nar - all of them
 * @nodes: by what makes them the same
 * @visitors: by who they are
 * @places: by their address
 * @paths: by the number of their binding
 * @ups: by that of the other one
 * @orphans: those without a node, by their address
 * @una: the last ones, the oldest first
 * @sequence: of the last HAck to which there was no HI
 */
struct nar {
	struct nar_node *nodes;
	struct nar_visitor *visitors;
	struct nar_place *places;
	struct nar_place *paths;
	struct nar_place *ups;
	struct nar_place *orphans;
	struct nar_una *una;
	uint16_t sequence;
};

/**
 * nar_find() - who has an address here
 * @e: the router
 * @address: the address
 *
 * Return: its place, or NULL.
 */
struct nar_place *nar_find(struct engine *e, const struct in6_addr *address);

/**
 * nar_visitor() - a node that is to come
 * @e: the router
 * @ncoa: what it proposes, or the unspecified address
 * @lla: its link-layer address
 *
 * Return: the node or NULL.
 */
struct nar_visitor *nar_visitor(struct engine *e, const struct in6_addr *ncoa,
				const struct lla *lla);

/**
 * nar_known() - a node that is to come, by what it proposes or has been given
 * @e: the router
 * @address: that
 * @lla: its link-layer address
 *
 * Return: the node or NULL.
 */
struct nar_visitor *nar_known(struct engine *e, const struct in6_addr *address,
			      const struct lla *lla);

/**
 * nar_same() - a handover that is known already
 * @e: the router
 * @request: what a PAR asks for
 *
 * Return: the PCoA of it, or NULL.
 */
struct nar_node *nar_same(struct engine *e, const struct nar_request *request);

/**
 * nar_make() - another one is to come
 * @e: the router
 * @request: what its PAR asks for
 * @ifindex: the link it comes to
 *
 * Return: the PCoA; or NULL if there is no room for more.
 */
struct nar_node *nar_make(struct engine *e, const struct nar_request *request,
			  unsigned int ifindex);

/**
 * nar_settle() - a node has an address here
 * @n: the PCoA
 * @address: the address, which nobody else has
 * @narrow: it is the PCoA
 *
 * Return: its place, or NULL without memory; then nothing has changed.
 */
struct nar_place *nar_settle(struct nar_node *n, const struct in6_addr *address,
			     bool narrow);

/**
 * nar_drop() - forget an address without a node
 * @e: the router
 * @place: one of &struct nar.orphans
 */
void nar_drop(struct engine *e, struct nar_place *place);

/**
 * nar_forget() - a PCoA is not expected any more
 * @n: the PCoA
 */
void nar_forget(struct nar_node *n);

/**
 * nar_over() - the end of a handover: leave a record of it
 * @n: the PCoA
 */
void nar_over(struct nar_node *n);

/**
 * nar_wait() - how long a PCoA is kept as it is now
 * @n: the PCoA, in its state
 */
void nar_wait(struct nar_node *n);

/**
 * nar_adopt() - go on with a binding from before a restart
 * @e: the router
 * @path: the binding
 *
 * Return: false if it is none of these.
 */
bool nar_adopt(struct engine *e, const struct path *path);

/**
 * nar_hi() - a PAR says that a node is to come, or has come
 * @e: the router
 * @m: the message
 * @mh: the HI
 */
void nar_hi(struct engine *e, const struct message *m, const struct mh *mh);

/**
 * nar_probed() - who has a proposed address is known
 * @e: the router
 * @ifindex: the link
 * @address: the address
 * @lla: who has it, or NULL
 */
void nar_probed(struct engine *e, unsigned int ifindex, const struct in6_addr *address,
		const struct lla *lla);

/**
 * nar_invite() - ask for a node that is not on its way yet (HAck with Code 4)
 * @e: the router
 * @par: where it is
 * @pcoa: its address there
 * @lla: its link-layer address
 *
 * The PAR answers with a HI that asks for an NCoA, or not at all.
 */
void nar_invite(struct engine *e, const struct in6_addr *par, const struct in6_addr *pcoa,
		const struct lla *lla);

/**
 * nar_order() - do what an operator wants
 * @e: the router
 * @order: what
 * @why: says why not
 *
 * Return: as engine_order(); -EOPNOTSUPP if it is nothing for a NAR.
 */
int nar_order(struct engine *e, const struct engine_order *order, const char **why);

/**
 * nar_show() - show what a NAR knows of nodes
 * @e: the router
 * @visitor: who wants to see it
 */
void nar_show(struct engine *e, struct engine_visitor *visitor);

/**
 * nar_path() - have the data path do what the state says
 * @e: the router
 * @place: the address
 *
 * Return: 0 or a negative errno, and then those that there were do what they did.
 */
int nar_path(struct engine *e, struct nar_place *place);

/**
 * nar_bind() - an address has other bindings, or none
 * @e: the router
 * @place: the address
 * @path_id: of that for its packets, or 0
 * @up_id: of that for those from it, or 0
 */
void nar_bind(struct engine *e, struct nar_place *place, uint32_t path_id,
	      uint32_t up_id);

/**
 * nar_offer() - the data path of an address, for whoever sends it elsewhere now
 * @e: the node
 * @address: an NCoA of this router's, which has become somebody's PCoA
 * @leaves: its node has proved to be that, and that it leaves; else the address is
 *	given up only if its node has come
 * @holds: becomes whether packets are buffered, or still being released
 *
 * What is buffered stays so, and goes where the binding is led to.
 *
 * Return: the number of the binding, for nar_yield(); 0 if there is none to be left.
 */
uint32_t nar_offer(struct engine *e, const struct in6_addr *address, bool leaves,
		   bool *holds);

/**
 * nar_yield() - it has been led elsewhere: the handover to this router is over
 * @e: the node
 * @address: of nar_offer()
 */
void nar_yield(struct engine *e, const struct in6_addr *address);

/**
 * nar_path_tells() - the data path tells something
 * @e: the router
 * @event: what
 *
 * Return: false if the binding is none of these.
 */
bool nar_path_tells(struct engine *e, const struct path_event *event);

/**
 * nar_arrived() - a node has come
 * @e: the router
 * @visitor: the node
 * @ns: when, CLOCK_MONOTONIC
 * @opened: where the data path has opened the gate by itself, or NULL
 */
void nar_arrived(struct engine *e, struct nar_visitor *visitor, uint64_t ns,
		 const struct nar_place *opened);

/**
 * nar_is_here() - the node with an address has proved to be on its link
 * @e: the router
 * @address: the address
 *
 * Whoever waits for it waits no more.
 */
void nar_is_here(struct engine *e, const struct in6_addr *address);

/**
 * nar_contested() - somebody claims what is another's
 * @e: the router
 * @request: who should have it
 * @text: what is claimed
 */
void nar_contested(struct engine *e, const struct nar_request *request,
		   const char *text);

/**
 * nar_interface_of() - on which link an address is
 * @e: the router
 * @address: the address
 *
 * Return: the link, or NULL if it is on none with mobile nodes.
 */
const struct config_interface *nar_interface_of(struct engine *e,
						const struct in6_addr *address);

/**
 * nar_is_peers() - whether an address is of a link of another router
 * @e: the router
 * @par: the other one
 * @address: the address
 *
 * Return: true if it is in a prefix that is configured for that one, and on no link
 * with mobile nodes of this one.
 */
bool nar_is_peers(struct engine *e, const struct in6_addr *par,
		  const struct in6_addr *address);

/**
 * nar_is_usable() - whether a node may have an address, as far as this router knows
 * @e: the router
 * @ifindex: the link
 * @address: the address
 * @request: what is known of the node
 *
 * Return: true if nobody else has it (RFC 5568 section 4).
 */
bool nar_is_usable(struct engine *e, unsigned int ifindex,
		   const struct in6_addr *address, const struct nar_request *request);

/**
 * nar_choose() - an address out of a link's pool
 * @e: the router
 * @interface: the link
 * @ifindex: its index
 * @lla: the node that it is for
 * @address: becomes the address
 *
 * Return: 0, or -ENOSPC if none was found.
 */
int nar_choose(struct engine *e, const struct config_interface *interface,
	       unsigned int ifindex, const struct lla *lla, struct in6_addr *address);

/**
 * nar_recent() - who has come of late with an address
 * @e: the router
 * @address: the address
 *
 * Return: the UNA or NULL.
 */
const struct nar_una *nar_recent(struct engine *e, const struct in6_addr *address);

/**
 * nar_una_used() - a UNA has been made use of
 * @e: the router
 * @una: which is forgotten
 */
void nar_una_used(struct engine *e, const struct nar_una *una);

/**
 * nar_una_forget() - forget the oldest UNAs
 * @e: the router
 * @most: how many stay
 */
void nar_una_forget(struct engine *e, unsigned int most);

/**
 * nar_na() - somebody says who it is
 * @e: the router
 * @m: the message
 * @nd: a Neighbor Advertisement
 */
void nar_na(struct engine *e, const struct message *m, const struct nd *nd);

/**
 * nar_fna() - the same as RFC 4068 had it
 * @e: the router
 * @m: the message
 * @mh: the FNA
 */
void nar_fna(struct engine *e, const struct message *m, const struct mh *mh);

#endif
