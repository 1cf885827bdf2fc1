/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mobile node of RFC 5568.
 *
 *	here --> leaving --> away --> there --> here
 *	  |                   ^        |
 *	  +-------------------+--------+
 *
 * "leaving" has told its PAR where it goes; "there" is on the new link, and gets what
 * is sent to its old addresses by way of their PARs until that is no longer needed.
 *
 * Each address that is taken along has the PAR on whose link it was made, and stays
 * with it: who moves on before a handover is complete has several.
 */
#ifndef FMIPD_MN_H
#define FMIPD_MN_H

#include "engine.h"
#include "record.h"

/* Access points of which a node has heard; the oldest are forgotten. */
#define MN_CANDIDATES_MAX	32

/* Routers of its link that tell their global address. */
#define MN_ROUTERS_MAX		4

/* Octets of the secret that addresses are made from. */
#define MN_SECRET		16

/* FBUs that ask for one thing, and whose answers are still known. */
#define MN_NUMBERS_MAX		12

/* A limit on RtSolPr in a second that is higher than this is none. */
#define MN_RATE_MAX		16

/**
 * enum mn_state - where it is
 * @MN_HERE: on a link, as any host
 * @MN_LEAVING: on the old link; the FBU is sent
 * @MN_AWAY: on none, or it is not yet known on which
 * @MN_THERE: on the new link, with addresses of another one
 */
enum mn_state {
	MN_HERE,
	MN_LEAVING,
	MN_AWAY,
	MN_THERE,
};

/**
 * struct mn_candidate - an access point, and the router behind it
 * @ap: its link-layer address
 * @usable: there is a router that speaks RFC 5568
 * @same: it is on the link where it was asked about
 * @mute: there is a router that does not speak it
 * @dhcp: no address of one's own making may be used there but for signalling
 * @router: the router's address
 * @router_lla: its link-layer address
 * @prefix: of its link
 * @has_ncoa: @ncoa was told
 * @ncoa: the address to have there
 */
struct mn_candidate {
	struct lla ap;
	bool usable;
	bool same;
	bool mute;
	bool dhcp;
	struct in6_addr router;
	struct lla router_lla;
	struct config_prefix prefix;
	bool has_ncoa;
	struct in6_addr ncoa;
};

/**
 * enum mn_source - who says which global address a router has: later ones know better
 * @MN_NOBODY: nobody
 * @MN_CONFIGURED: the operator
 * @MN_TOLD: the router of the link before, in its PrRtAdv
 * @MN_ADVERTISED: the router itself, in its Router Advertisement (RFC 6275 7.2)
 */
enum mn_source {
	MN_NOBODY,
	MN_CONFIGURED,
	MN_TOLD,
	MN_ADVERTISED,
};

/**
 * struct mn_router - a router of the link that the node is on
 * @source: who says so
 * @address: its global address
 * @link_local: that from which it advertises, of MN_ADVERTISED
 */
struct mn_router {
	enum mn_source source;
	struct in6_addr address;
	struct in6_addr link_local;
};

/**
 * struct mn_binding - an address that is taken along
 * @engine: the node
 * @used: there is one
 * @age: how many were taken along before it
 * @pcoa: the address
 * @par: the router on whose link it was made
 * @ap: the access point of that link that the node was last at
 * @here: the node is on that link
 * @over: nothing comes for it any more
 * @spi: of its key
 * @sequence: of the last FBU
 * @number: the sequence numbers of those that ask for what the last one does
 * @numbers: how many there were; only the last MN_NUMBERS_MAX are kept
 * @care_of: what that wants to bind
 * @lifetime: for how long, seconds
 * @outstanding: it is not answered
 * @answered: one of them is
 * @answer: the sequence number of the newest that is
 * @status: of that answer
 * @bound: where the PAR sends what comes for it; unspecified if nowhere
 * @agreed: that answer says that the PCoA itself is used on the new link
 * @narrow: it is, on this one
 * @sent: of the FBU, since it was first sent
 * @retry: when it is sent again
 * @end: when the PAR stops to send
 */
struct mn_binding {
	struct engine *engine;
	bool used;
	unsigned int age;
	struct in6_addr pcoa;
	struct in6_addr par;
	struct lla ap;
	bool here;
	bool over;
	uint32_t spi;
	uint16_t sequence;
	uint16_t number[MN_NUMBERS_MAX];
	unsigned int numbers;
	struct in6_addr care_of;
	uint16_t lifetime;
	bool outstanding;
	bool answered;
	uint16_t answer;
	uint8_t status;
	struct in6_addr bound;
	bool agreed;
	bool narrow;
	struct attempts sent;
	struct alarm retry;
	struct alarm end;
};

/**
 * struct mn_left - when the node has left its last link
 * @par: the router of that link
 * @known: it is known when that was
 * @down: it is, as that router knows it
 */
struct mn_left {
	struct in6_addr par;
	bool known;
	struct mobopt_down down;
};

/**
 * struct mn - the node
 * @engine: whose part it is
 * @state: where it is
 * @ifindex: its link
 * @ap: the access point that it is at, or was last
 * @router: that of its link: the PAR of what is made there
 * @par: the one of the configuration that @router was last taken from, or unspecified
 * @buckets: what the routers that it deals with may still send: on its link, and as
 *	its PARs
 * @heard: routers of its link that have told their address
 * @heards: how many
 * @candidate: access points
 * @candidates: how many
 * @next: the place of the next one
 * @place: where it has come to
 * @target: where it goes
 * @proposed: the address to have there
 * @predicted: the PAR was told of @target before the link went down
 * @guessed: nobody has said that it is there where it has gone
 * @lost: it is on a link of which it was not told
 * @unasked: on that link nobody must be asked for a fast handover
 * @left: when it left its last link
 * @told_ns: when the PrRtAdv with the number @told came over this link; 0 if none that
 *	was asked for has come
 * @told: the last one
 * @ncoa: its address on this link, if it has come to it
 * @asking: it is about to ask its PARs about that
 * @secret: for addresses that nobody can foretell (RFC 7217)
 * @tries_at_form: how many of them were not usable
 * @binding: what it takes along
 * @taken: how many addresses it has ever taken along
 * @identifier: of the last RtSolPr
 * @soliciting: that is not answered
 * @deaf: the router of this link has not answered as often as it was asked
 * @asked: about which access point; of no length if about all
 * @solicited: of the RtSolPr, since it was first sent
 * @solicited_ns: when the last ones were sent
 * @solicitations: how many were sent
 * @solicit: when it is sent again
 * @ordered: an access point to which it shall go once the router has told of it; of
 *	no length if there is none
 * @ordered_identifier: of the RtSolPr that asks about it
 * @stays: how long it stays for an FBack
 * @announced: of the UNA, since it was first sent
 * @announced_ns: when the last one was sent on this link; 0 if none was
 * @una: when it is sent again
 * @record: of the handover
 */
struct mn {
	struct engine *engine;
	enum mn_state state;
	unsigned int ifindex;
	struct lla ap;
	struct mn_router router;
	struct in6_addr par;
	struct bucket buckets[2];
	struct mn_router heard[MN_ROUTERS_MAX];
	unsigned int heards;
	struct mn_candidate candidate[MN_CANDIDATES_MAX];
	unsigned int candidates;
	unsigned int next;
	struct mn_candidate place;
	struct mn_candidate target;
	struct in6_addr proposed;
	bool predicted;
	bool guessed;
	bool lost;
	bool unasked;
	struct mn_left left;
	uint64_t told_ns;
	uint16_t told;
	struct in6_addr ncoa;
	bool asking;
	uint8_t secret[MN_SECRET];
	uint8_t tries_at_form;
	struct mn_binding binding[WORLD_PCOAS_MAX];
	unsigned int taken;
	uint16_t identifier;
	bool soliciting;
	bool deaf;
	struct lla asked;
	struct attempts solicited;
	uint64_t solicited_ns[MN_RATE_MAX];
	unsigned int solicitations;
	struct alarm solicit;
	struct lla ordered;
	uint16_t ordered_identifier;
	struct alarm stays;
	struct attempts announced;
	uint64_t announced_ns;
	struct alarm una;
	struct record record;
};

/**
 * mn_binding_next() - go through what a node takes along
 * @mn: the node
 * @b: the last one, or NULL for the first
 *
 * Return: the next one that there is, or NULL.
 */
struct mn_binding *mn_binding_next(struct mn *mn, struct mn_binding *b);

#define mn_each(mn, b) \
	for ((b) = mn_binding_next(mn, NULL); (b); (b) = mn_binding_next(mn, b))

/**
 * mn_is_global() - whether an address can be one of a node or a router
 * @address: what a message says
 *
 * Return: whether it is neither unspecified nor of a link or a group.
 */
bool mn_is_global(const struct in6_addr *address);

/**
 * mn_in_prefix() - whether an address has a prefix
 * @prefix: the prefix
 * @address: the address
 *
 * Return: whether it has.
 */
bool mn_in_prefix(const struct config_prefix *prefix, const struct in6_addr *address);

/**
 * mn_report() - tell the operator
 * @mn: the node
 * @kind: of what kind it is
 * @text: what, in words that do not change
 */
void mn_report(struct mn *mn, enum report_kind kind, const char *text);

/**
 * mn_solicit() - ask the router about access points
 * @mn: the node
 * @ap: about this one, or about all if it is NULL
 *
 * What is being asked already is not asked anew.
 */
void mn_solicit(struct mn *mn, const struct lla *ap);

/**
 * mn_solicit_again() - the alarm that rings where a RtSolPr is not answered
 * @alarm: &struct mn.solicit
 */
void mn_solicit_again(struct alarm *alarm);

/**
 * mn_told() - a router tells of access points
 * @e: the node
 * @m: the message
 * @nd: a PrRtAdv
 */
void mn_told(struct engine *e, const struct message *m, const struct nd *nd);

/**
 * mn_candidate_at() - what is known of an access point
 * @mn: the node
 * @ap: the access point
 *
 * Return: what, or NULL.
 */
const struct mn_candidate *mn_candidate_at(const struct mn *mn, const struct lla *ap);

/**
 * mn_candidate_with() - which router is known to have a prefix
 * @mn: the node
 * @prefix: the prefix
 *
 * Return: what is known of one of its access points, or NULL.
 */
const struct mn_candidate *mn_candidate_with(const struct mn *mn,
					     const struct config_prefix *prefix);

/**
 * mn_candidates_moved() - forget what was true on the old link only
 * @mn: the node
 */
void mn_candidates_moved(struct mn *mn);

/**
 * mn_move() - go to another access point, if there is a way to do so well
 * @mn: the node
 * @to: where to
 *
 * Who is about to go elsewhere goes there instead.
 */
void mn_move(struct mn *mn, const struct mn_candidate *to);

/**
 * mn_stay_put() - do not leave after all, or not with a fast handover
 * @mn: the node, which is leaving
 * @kind: of what kind that is
 * @why: in words that do not change
 */
void mn_stay_put(struct mn *mn, enum report_kind kind, const char *why);
/**
 * mn_order() - do what an operator wants of a mobile node
 * @e: the node
 * @order: what
 * @why: why not
 *
 * Return: as engine_order().
 */
int mn_order(struct engine *e, const struct engine_order *order, const char **why);

/**
 * mn_show() - show what a mobile node knows of nodes
 * @e: the node
 * @visitor: who wants to see it
 */
void mn_show(struct engine *e, struct engine_visitor *visitor);

/**
 * mn_order_answered() - a router has told of access points: go where that was ordered
 * @e: the node
 * @m: the message
 * @nd: a PrRtAdv, of which mn_told() has learned
 */
void mn_order_answered(struct engine *e, const struct message *m, const struct nd *nd);

/**
 * mn_order_unanswered() - no router has told of the access point
 * @mn: the node
 */
void mn_order_unanswered(struct mn *mn);

/**
 * mn_form() - make an address for a prefix
 * @mn: the node
 * @prefix: the prefix
 * @ncoa: becomes the address
 *
 * Return: 0, or a negative errno if there is none to be made.
 */
int mn_form(struct mn *mn, const struct config_prefix *prefix, struct in6_addr *ncoa);

/**
 * mn_form_another() - make another one, as the last one is not usable
 * @mn: the node
 * @prefix: the prefix
 * @ncoa: becomes the address
 *
 * Return: 0, or a negative errno if that was tried often enough (RFC 7217 section 6).
 */
int mn_form_another(struct mn *mn, const struct config_prefix *prefix,
		    struct in6_addr *ncoa);

/**
 * mn_choose() - which address to have where it goes
 * @mn: the node, with its target
 *
 * Return: 0, or a negative errno if there is none.
 */
int mn_choose(struct mn *mn);

/**
 * mn_take_along() - list the addresses that are worth being taken along
 * @mn: the node, on the link that it is to leave
 */
void mn_take_along(struct mn *mn);

/**
 * mn_bind() - ask the PAR to send what is for an address elsewhere
 * @mn: the node
 * @binding: of the address
 * @care_of: where it is sent to
 * @lifetime: seconds; 0 for back to the old link
 */
void mn_bind(struct mn *mn, struct mn_binding *binding, const struct in6_addr *care_of,
	     uint16_t lifetime);

/**
 * mn_bind_again() - the alarm that rings where an FBU is not answered
 * @alarm: &struct mn_binding.retry
 */
void mn_bind_again(struct alarm *alarm);

/**
 * mn_par_bucket() - who pays for what a PAR may have sent
 * @mn: the node
 * @m: a message of the Mobility Header
 *
 * Return: the bucket, or NULL if it does not say that it is from a PAR of this node.
 */
struct bucket *mn_par_bucket(struct mn *mn, const struct message *m);

/**
 * mn_fback() - the PAR has answered
 * @e: the node
 * @m: the message
 * @mh: the FBack
 */
void mn_fback(struct engine *e, const struct message *m, const struct mh *mh);

/**
 * mn_is_refused() - whether it is no use to ask for a binding
 * @binding: of an address
 * @care_of: where it would be sent to
 *
 * Return: whether that was refused for a reason that does not go away.
 */
bool mn_is_refused(const struct mn_binding *binding, const struct in6_addr *care_of);

/**
 * mn_drop() - have nothing more to do with an address
 * @binding: of the address
 */
void mn_drop(struct mn_binding *binding);

/**
 * mn_ended() - the alarm that rings when a PAR stops to send
 * @alarm: &struct mn_binding.end
 */
void mn_ended(struct alarm *alarm);

/**
 * mn_answered() - go on, if the PARs have answered all that was asked
 * @mn: the node
 */
void mn_answered(struct mn *mn);

/**
 * mn_ra() - a router tells of itself, and perhaps what it thinks of a UNA
 * @e: the node
 * @m: the message
 * @nd: a Router Advertisement
 */
void mn_ra(struct engine *e, const struct message *m, const struct nd *nd);

/**
 * mn_spoke() - a router of this link speaks RFC 5568
 * @mn: the node
 * @link_local: its address
 *
 * Where there are several it is this one that is the PAR.
 */
void mn_spoke(struct mn *mn, const struct in6_addr *link_local);

/**
 * mn_is_router() - whether somebody can speak for the router of the link
 * @mn: the node
 * @link_local: the address that it uses
 *
 * Return: whether it is one of those that advertise themselves on this link, as soon as
 * there is one.
 */
bool mn_is_router(const struct mn *mn, const struct in6_addr *link_local);

/**
 * mn_arrive() - be on the new link
 * @mn: the node, with its target
 */
void mn_arrive(struct mn *mn);

/**
 * mn_return() - be on the link again on which an address was made
 * @mn: the node
 * @home: the address
 */
void mn_return(struct mn *mn, const struct mn_binding *home);

/**
 * mn_use() - have another address on this link
 * @mn: the node
 * @ncoa: the address
 */
void mn_use(struct mn *mn, const struct in6_addr *ncoa);

/**
 * mn_prepare() - have ready what takes long on the link that the node may go to
 * @mn: the node; it has proposed an address
 */
void mn_prepare(struct mn *mn);

/**
 * mn_wait() - have what is sent from old addresses wait, as there is no link
 * @mn: the node
 */
void mn_wait(struct mn *mn);

/**
 * mn_stay() - live on the new link as far as that has been agreed on
 * @mn: the node
 *
 * Where that cannot be, the handover is over.
 *
 * Return: whether it can.
 */
bool mn_stay(struct mn *mn);

/**
 * mn_release() - let go what has waited, as far as that has been agreed on
 * @mn: the node
 */
void mn_release(struct mn *mn);

/**
 * mn_naack() - the router thinks otherwise of a UNA
 * @mn: the node
 * @options: of its Router Advertisement
 * @status: &enum ndopt_naack_status
 */
void mn_naack(struct mn *mn, const struct ndopts *options, uint8_t status);

/**
 * mn_probed() - whether an address of this node is its own is known
 * @e: the node
 * @ifindex: the link
 * @address: the address
 * @lla: who has it; NULL if nobody else has
 */
void mn_probed(struct engine *e, unsigned int ifindex, const struct in6_addr *address,
	       const struct lla *lla);

/**
 * mn_announce_anew() - send a UNA for another address, as often as for the first
 * @mn: the node
 */
void mn_announce_anew(struct mn *mn);

/**
 * mn_announce_again() - the alarm that rings when it is time for another UNA
 * @alarm: &struct mn.una
 */
void mn_announce_again(struct alarm *alarm);

/**
 * mn_finish() - a handover is over, whichever way
 * @mn: the node
 * @why: in words that do not change
 *
 * The addresses of other links are given up.
 */
void mn_finish(struct mn *mn, const char *why);

/**
 * mn_complete() - what comes for the old addresses is no longer wanted
 * @mn: the node
 */
void mn_complete(struct mn *mn);

#endif
