/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machines: messages, events and time go in, what is to be done comes out
 * by way of struct world_ops.  Nothing here has a socket, a clock or a file.
 *
 * Each role is a struct role in a file of its own; the engine gives it the messages
 * that it has asked for.
 */
#ifndef FMIPD_ENGINE_H
#define FMIPD_ENGINE_H

#include <uthash.h>

#include "bucket.h"
#include "config.h"
#include "mh.h"
#include "nd.h"
#include "world.h"

/* What strangers may send is counted apart on so many links, in each protocol. */
#define ENGINE_STRANGERS	32

/* The router's own messages: FBack, HI, HAck and what roles add to them. */
#define ENGINE_MESSAGE_MAX	1460

/**
 * enum engine_count - what is counted of messages
 * @COUNT_RECEIVED: those that were looked at
 * @COUNT_MALFORMED: those that the codec refused
 * @COUNT_UNWANTED: of a type that no role here wants; or a HI or HAck with a Home
 *	Address option
 * @COUNT_FLOOD: those of a peer, or of strangers, that sent too many
 * @COUNT_LIMIT: those for which there was no more state
 * @COUNT_NO_HOME: an FBU without a Home Address option
 * @COUNT_NO_KEY: without a key for it
 * @COUNT_BAD_AUTH: with an authenticator that is wrong, or none
 * @COUNT_STALE: with a sequence number that is not newer
 * @COUNT_STRANGER: HI or HAck of a router that is none of the neighbourhood
 * @COUNT_CLEARTEXT: HI or HAck outside of ESP, where that is required
 * @COUNT_UNMATCHED: an answer to nothing that was asked
 * @COUNT_INCOMPLETE: an option that must be there was not
 * @COUNT_CONFLICT: a node claims what is another's
 * @COUNT_UNTOLD: a NAACK that was not sent, as this router advertises nothing on the link
 * @COUNT_SENT: messages that were sent
 * @COUNT_AGAIN: those of them that were retransmissions
 * @COUNT_KINDS: how many there are
 */
enum engine_count {
	COUNT_RECEIVED,
	COUNT_MALFORMED,
	COUNT_UNWANTED,
	COUNT_FLOOD,
	COUNT_LIMIT,
	COUNT_NO_HOME,
	COUNT_NO_KEY,
	COUNT_BAD_AUTH,
	COUNT_STALE,
	COUNT_STRANGER,
	COUNT_CLEARTEXT,
	COUNT_UNMATCHED,
	COUNT_INCOMPLETE,
	COUNT_CONFLICT,
	COUNT_UNTOLD,
	COUNT_SENT,
	COUNT_AGAIN,
	COUNT_KINDS
};

/**
 * enum link_change - what a link does
 * @LINK_UP: a node has come to it, or it has come up itself
 * @LINK_DOWN: a node has left it, or it has gone down
 * @LINK_FADES: a node is about to leave it
 */
enum link_change {
	LINK_UP,
	LINK_DOWN,
	LINK_FADES,
};

/**
 * struct link_event - a link has changed
 * @change: what it does
 * @ifindex: the link
 * @lla: the node; of no length if it is the link as a whole
 * @ap: of LINK_UP at a mobile node: the access point; of no length if unknown
 * @ns: when, CLOCK_MONOTONIC; 0 if it was so when the daemon started
 * @late: that is when it was seen here; it happened at some time before that
 * @port: of a node: the interface by which it came or went, where the link has several;
 *	0 if unknown
 */
struct link_event {
	enum link_change change;
	unsigned int ifindex;
	struct lla lla;
	struct lla ap;
	uint64_t ns;
	bool late;
	unsigned int port;
};

/**
 * enum path_change - what the data path tells by itself
 * @PATH_ATTACHED: a node has arrived; where it may, its gate has opened
 * @PATH_RELEASED: all that was buffered is out
 * @PATH_EXPIRED: a binding has ended by itself
 * @PATH_OVERFLOW: there is no more room for what is to be buffered
 * @PATH_REJECTED: another node says it is the one
 * @PATH_DUPLICATE: another node claims an address that is defended
 */
enum path_change {
	PATH_ATTACHED,
	PATH_RELEASED,
	PATH_EXPIRED,
	PATH_OVERFLOW,
	PATH_REJECTED,
	PATH_DUPLICATE,
};

/**
 * struct path_event - what the data path tells
 * @change: what it is
 * @id: of the binding
 * @cookie: of the binding
 * @lla: who it was, where it is about a node
 * @ns: when, CLOCK_MONOTONIC
 */
struct path_event {
	enum path_change change;
	uint32_t id;
	uint64_t cookie;
	struct lla lla;
	uint64_t ns;
};

/**
 * enum order_kind - what an operator, or a program of his, wants done
 * @ORDER_START: a node shall go to an access point
 * @ORDER_COMPLETE: what comes for the old addresses is no longer wanted
 * @ORDER_INVITE: a node at another router shall come to this one
 * @ORDER_ADVERTISE: a node, or all on a link, shall know of the routers around
 * @ORDER_KEY_CHANGED: there is a key, or none any more, for nodes: what is known of
 *	their sequence numbers holds only as far as it is remembered
 */
enum order_kind {
	ORDER_START,
	ORDER_COMPLETE,
	ORDER_INVITE,
	ORDER_ADVERTISE,
	ORDER_KEY_CHANGED,
};

/**
 * struct engine_order - an order
 * @kind: of which kind it is
 * @node: of ORDER_START, ORDER_INVITE and ORDER_ADVERTISE: the PCoA of the node; the
 *	unspecified address for this node itself, or for all on the link
 * @ifindex: of ORDER_ADVERTISE without @node: the link
 * @ap: of ORDER_START: where to; of ORDER_ADVERTISE: that of the router, or of no length
 *	for all
 * @lla: of ORDER_INVITE: the node's link-layer address
 * @router: of ORDER_INVITE: where the node is
 * @nodes: of ORDER_KEY_CHANGED: the addresses of the nodes
 */
struct engine_order {
	enum order_kind kind;
	struct in6_addr node;
	unsigned int ifindex;
	struct lla ap;
	struct lla lla;
	struct in6_addr router;
	struct config_prefix nodes;
};

/**
 * struct engine_handover - what a role knows of a node
 * @role: which role
 * @state: how far the node's handover is, in a word
 * @pcoa: the node's old address, or the unspecified one
 * @ncoa: the new one, the same
 * @par: the previous router, the same
 * @nar: the new one, the same
 * @ap: the access point that it goes, or has gone, to; or of no length
 * @ifindex: the link that it is on, or 0
 * @lla: its link-layer address there, or of no length
 * @record: what the handover was like so far, or NULL
 */
struct engine_handover {
	const char *role;
	const char *state;
	struct in6_addr pcoa;
	struct in6_addr ncoa;
	struct in6_addr par;
	struct in6_addr nar;
	struct lla ap;
	unsigned int ifindex;
	struct lla lla;
	const struct record *record;
};

/**
 * struct engine_visitor - who wants to see what is known of nodes
 * @node: only of the one with this address, old or new; the unspecified one for all
 * @all: of those, too, that no handover has begun of
 * @visit: is shown it
 */
struct engine_visitor {
	struct in6_addr node;
	bool all;
	void (*visit)(struct engine_visitor *visitor, const struct engine_handover *h);
};

struct engine;

/**
 * struct mh_handler - who wants which message
 * @type: of the Mobility Header
 * @receive: is given it; its options outlive the call no more than @m does
 */
struct mh_handler {
	uint8_t type;
	void (*receive)(struct engine *e, const struct message *m, const struct mh *mh);
};

/**
 * struct nd_handler - the same of Neighbour Discovery
 * @type: which message
 * @receive: is given it
 */
struct nd_handler {
	enum nd_number type;
	void (*receive)(struct engine *e, const struct message *m, const struct nd *nd);
};

/**
 * struct role - a part that a node can play
 * @roles: of &enum config_role: in which of them it has this part
 * @name: what it is called
 * @mh: what it wants, up to one of type 0
 * @nd: what it wants, up to one without a function
 * @start: make its state: 0 or a negative errno; engine_state() is where it goes
 * @stop: forget it, with the bindings that it has
 * @configure: there is another configuration
 * @link: a link has changed
 * @neighbour: a node with a global address is on a link with mobile nodes
 * @path: the data path tells something; false if the binding is not this part's
 * @probed: an address has been asked for
 * @payer: the bucket of the known node that a message says it is from, or NULL; one of
 *	@mh and @nd is NULL.  Where no part has this, messages are not limited.
 * @adopt: a binding is from before a restart; false if it is not this part's
 * @order: do what an operator wants: as engine_order(), and -EOPNOTSUPP if that is
 *	nothing for this part
 * @show: show all that the visitor wants to see
 */
struct role {
	unsigned int roles;
	const char *name;
	const struct mh_handler *mh;
	const struct nd_handler *nd;
	int (*start)(struct engine *e);
	void (*stop)(struct engine *e);
	void (*configure)(struct engine *e);
	void (*link)(struct engine *e, const struct link_event *event);
	void (*neighbour)(struct engine *e, unsigned int ifindex,
			  const struct in6_addr *address, const struct lla *lla);
	bool (*path)(struct engine *e, const struct path_event *event);
	void (*probed)(struct engine *e, unsigned int ifindex,
		       const struct in6_addr *address, const struct lla *lla);
	struct bucket *(*payer)(struct engine *e, const struct message *m,
				const struct mh *mh, const struct nd *nd);
	bool (*adopt)(struct engine *e, const struct path *path);
	int (*order)(struct engine *e, const struct engine_order *order, const char **why);
	void (*show)(struct engine *e, struct engine_visitor *visitor);
};

extern const struct role role_par;
extern const struct role role_nar;
extern const struct role role_mn;

/**
 * struct engine_router - a router of the neighbourhood that has sent something
 * @hh: by @address, in &struct engine
 * @address: its address
 * @bucket: what it may still send
 */
struct engine_router {
	UT_hash_handle hh;
	struct in6_addr address;
	struct bucket bucket;
};

/**
 * struct engine - a node
 * @config: what its operator has decided
 * @ops: what it can do
 * @world: who does it
 * @par: the state of role_par, or NULL
 * @nar: that of role_nar
 * @mn: that of role_mn
 * @last_id: of a binding; see engine_path_id()
 * @routers: by their address
 * @strangers: what all others may still send, by link and protocol
 * @complaints: how often it may still say that a message is wrong
 * @refusals: how often it may still tell that one was refused, of each kind
 * @count: what is counted
 */
struct engine {
	const struct config *config;
	const struct world_ops *ops;
	void *world;
	struct par *par;
	struct nar *nar;
	struct mn *mn;
	uint32_t last_id;
	struct engine_router *routers;
	struct bucket strangers[ENGINE_STRANGERS][2];
	struct bucket complaints;
	struct bucket refusals[COUNT_KINDS];
	uint64_t count[COUNT_KINDS];
};

/**
 * engine_start() - begin to play the configured roles
 * @e: the node, which is filled in
 * @config: what its operator has decided; it outlives the node, or engine_configure()
 * @ops: what it can do
 * @world: who does it
 *
 * Return: 0 or a negative errno.
 */
int engine_start(struct engine *e, const struct config *config,
		 const struct world_ops *ops, void *world);

/**
 * engine_stop() - end it
 * @e: the node
 */
void engine_stop(struct engine *e);

/**
 * engine_configure() - go on with another configuration of the same roles
 * @e: the node
 * @config: what its operator has decided now
 *
 * Handovers that are under way go on; what the old one said of them does not hold
 * for what they have yet to do.
 */
void engine_configure(struct engine *e, const struct config *config);

/**
 * engine_receive() - a message has come
 * @e: the node
 * @m: the message
 */
void engine_receive(struct engine *e, const struct message *m);

/**
 * engine_link() - a link has changed
 * @e: the node
 * @event: how
 *
 * A mobile node is told so, too, of a link that is up when it starts, and a router of
 * each link, once it has been told what there is from before.
 */
void engine_link(struct engine *e, const struct link_event *event);

/**
 * engine_neighbour() - a node is known to be on a link with mobile nodes
 * @e: the node
 * @ifindex: the link
 * @address: a global address that it has there
 * @lla: its link-layer address
 */
void engine_neighbour(struct engine *e, unsigned int ifindex,
		      const struct in6_addr *address, const struct lla *lla);

/**
 * engine_path() - the data path tells something
 * @e: the node
 * @event: what
 */
void engine_path(struct engine *e, const struct path_event *event);

/**
 * engine_probed() - who has an address is known, or that nobody has said so
 * @e: the node
 * @ifindex: the link
 * @address: the address
 * @lla: who has it; NULL if nobody has said so in time
 *
 * A mobile node is told what came of the kernel's own probe for its NCoA; who has it
 * need not be known then, and @lla be of no length.
 */
void engine_probed(struct engine *e, unsigned int ifindex,
		   const struct in6_addr *address, const struct lla *lla);

/**
 * engine_adopt() - a binding is there from before a restart
 * @e: the node, which has just been started
 * @path: the binding, as the kernel has it
 *
 * Return: whether it is somebody's; else it should be ended.
 */
bool engine_adopt(struct engine *e, const struct path *path);

/**
 * engine_order() - do what an operator wants
 * @e: the node
 * @order: what
 * @why: says, if it is refused, in a sentence that stays, why
 *
 * Return: 0 or a negative errno, and then nothing has changed.
 */
int engine_order(struct engine *e, const struct engine_order *order, const char **why);

/**
 * engine_show() - show what is known of nodes
 * @e: the node
 * @visitor: who wants to see it
 */
void engine_show(struct engine *e, struct engine_visitor *visitor);

/* What follows is for roles. */

/**
 * engine_is_wanted() - whether a visitor wants to see a node
 * @visitor: the visitor
 * @address: an address of the node, old or new
 *
 * Return: whether it is so.
 */
bool engine_is_wanted(const struct engine_visitor *visitor,
		      const struct in6_addr *address);

/**
 * engine_path_id() - the number of a binding that there is not yet
 * @e: the node
 *
 * Return: the number.
 */
uint32_t engine_path_id(struct engine *e);

/**
 * engine_send_mh() - send a message of the Mobility Header
 * @e: the node
 * @m: how it is sent; its next_header, data and len are filled in
 * @mh: what it says; a MOBOPT_BADF in it is last
 * @key: of its BADF, or NULL
 * @signs: the addresses that the BADF covers, with @key
 */
void engine_send_mh(struct engine *e, struct message *m, const struct mh *mh,
		    const struct badf_key *key, const struct badf_ends *signs);

/**
 * engine_send_nd() - send a message of Neighbour Discovery
 * @e: the node
 * @m: how it is sent; its next_header, hop_limit, data and len are filled in
 * @nd: what it says
 */
void engine_send_nd(struct engine *e, struct message *m, const struct nd *nd);

/**
 * struct attempts - how often something was sent
 * @count: how often
 * @first_ns: when it was for the first time
 */
struct attempts {
	unsigned int count;
	uint64_t first_ns;
};

/**
 * engine_attempt() - something is sent that wants an answer: when to send it again
 * @e: the node
 * @sent: how often it was sent, 0 before the first time; this one is added
 * @retry: how long to wait, and how often; each time twice as long
 * @alarm: is set to that moment
 *
 * Return: false if it was sent as often as it may be; then nothing is set.
 */
bool engine_attempt(struct engine *e, struct attempts *sent,
		    const struct config_retry *retry, struct alarm *alarm);

/**
 * engine_open_record() - a handover begins with what a binding has counted so far
 * @e: the node
 * @record: of the handover
 * @path_id: of the binding, or 0 if there is none yet
 */
void engine_open_record(struct engine *e, struct record *record, uint32_t path_id);

/**
 * engine_count() - note what a binding has counted in a handover so far
 * @e: the node
 * @record: of the handover; it stays as it is if the binding is gone
 * @path_id: of the binding, or 0
 */
void engine_count(struct engine *e, struct record *record, uint32_t path_id);

/**
 * engine_close_record() - a handover is over: add what the data path has counted
 * @e: the node
 * @record: of the handover
 * @path_id: of the binding, or 0 if there is none any more
 * @peer: the address of the other router
 */
void engine_close_record(struct engine *e, struct record *record, uint32_t path_id,
			 const struct in6_addr *peer);

/**
 * engine_report() - tell the operator
 * @e: the node
 * @report: what
 */
void engine_report(struct engine *e, const struct report *report);

/**
 * engine_refuse() - count a message that is refused, and tell the operator
 * @e: the node
 * @kind: why, for the count
 * @report: what is told; not more often than once a second of each @kind, since it may
 *	be anybody who sends such messages
 */
void engine_refuse(struct engine *e, enum engine_count kind, const struct report *report);

#endif
