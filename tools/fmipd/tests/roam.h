/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mobile node among three routers, on whose links its one interface is by turns.
 */
#ifndef FMIPD_ROAM_H
#define FMIPD_ROAM_H

#include "mn.h"
#include "sim.h"

#define ROAM_ROUTERS	3
#define ROAM_LLA	0x10

/* Its first address, at the first router, and those that it makes (EUI-64). */
#define ROAM_PCOA	"2001:db8:1::10"
#define ROAM_NCOA(n)	"2001:db8:" #n "::ff:fe00:10"

/**
 * struct roam - all of it
 * @sim: the world
 * @router: the routers; number 0 has the prefix 2001:db8:1::/64, and so on
 * @mn: the node
 * @at: the router on whose link it is, or -1
 * @router_config: of the routers
 * @config: of the node
 * @interface: links of the routers, and of the node
 * @prefix: of the links
 * @ap: access points, one at each
 * @neighbour: those of each router
 * @key: of the node
 */
struct roam {
	struct sim sim;
	struct sim_node *router[ROAM_ROUTERS];
	struct sim_node *mn;
	int at;
	struct config router_config[ROAM_ROUTERS];
	struct config config;
	struct config_interface interface[ROAM_ROUTERS + 1];
	struct config_prefix prefix[ROAM_ROUTERS];
	struct lla ap[ROAM_ROUTERS];
	struct config_neighbour neighbour[ROAM_ROUTERS][ROAM_ROUTERS];
	struct config_key key;
};

/**
 * roam_begin() - the node is at the first router; its configuration may be changed
 * @r: the world
 * @configure: changes the configuration before anybody reads it, or NULL
 */
void roam_begin(struct roam *r, void (*configure)(struct roam *r));

/**
 * roam_end() - end it
 * @r: the world
 */
void roam_end(struct roam *r);

/**
 * roam_learn() - the node asks about access points, and is answered
 * @r: the world
 */
void roam_learn(struct roam *r);

/**
 * roam_leave() - the node tells its router where it goes
 * @r: the world
 * @to: number of the other router
 */
void roam_leave(struct roam *r, int to);

/**
 * roam_detach() - the node is on no link
 * @r: the world
 */
void roam_detach(struct roam *r);

/**
 * roam_attach() - the node is on a link
 * @r: the world
 * @to: number of the router
 * @named: the interface says at which access point it is
 */
void roam_attach(struct roam *r, int to, bool named);

/**
 * roam_name() - the interface of the node, which is on a link, says at which access point
 * @r: the world
 */
void roam_name(struct roam *r);

/**
 * roam_move() - all of that: leave, detach, attach
 * @r: the world
 * @to: number of the router
 * @predicted: it has told its router
 */
void roam_move(struct roam *r, int to, bool predicted);

/**
 * roam_advertise() - the router of its link sends a Router Advertisement
 * @r: the world
 * @from: its number
 * @flags: of the prefix: NDOPT_PREFIX_*
 */
void roam_advertise(struct roam *r, int from, uint8_t flags);

/**
 * roam_send() - a message from anybody to the node
 * @r: the world
 * @nd: what it says
 * @from: from whom
 * @to: to which of its addresses
 * @hop_limit: with which it arrives
 */
void roam_send(struct roam *r, const struct nd *nd, const char *from, const char *to,
	       uint8_t hop_limit);

/**
 * roam_fback() - the answer of a PAR to what the node has asked for last
 * @r: the world
 * @b: about which address
 * @fback: what it says; its sequence number is added to that of the last FBU
 * @altcoa: the address in it, or NULL
 */
void roam_fback(struct roam *r, const struct mn_binding *b, struct mh_fback fback,
		const char *altcoa);

/**
 * roam_is_bound() - whether an address is redirected, and both ends agree on that
 * @r: the world
 * @pcoa: the address
 * @par: number of the router on whose link it was made
 * @ncoa: to where
 *
 * Return: whether it is.
 */
bool roam_is_bound(struct roam *r, const char *pcoa, int par, const char *ncoa);

#endif
