/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mobile node between two routers, for the commands of an operator.
 */
#ifndef FMIPD_SCENE_H
#define FMIPD_SCENE_H

#include "sim.h"

#define SCENE_PAR	"2001:db8:1::1"
#define SCENE_NAR	"2001:db8:2::1"
#define SCENE_PCOA	"2001:db8:1::10"
#define SCENE_NCOA	"2001:db8:2::ff:fe00:10"

/**
 * struct scene - all of it
 * @sim: the world
 * @par: the router that the node is at; its link is called link1, as the node's
 * @nar: the other router
 * @mn: the node
 */
struct scene {
	struct sim sim;
	struct sim_node *par;
	struct sim_node *nar;
	struct sim_node *mn;
};

/* The access points of the two routers, one that speaks no RFC 5568, and none. */
extern struct lla scene_par_ap, scene_nar_ap, scene_old_ap;
extern const struct lla scene_no_ap;

/**
 * scene_begin() - the node is at its PAR
 * @scene: the scene
 */
void scene_begin(struct scene *scene);

/**
 * scene_end() - end it
 * @scene: the scene
 */
void scene_end(struct scene *scene);

/**
 * scene_learn() - the PAR learns of the node, which asks it about access points
 * @scene: the scene
 */
void scene_learn(struct scene *scene);

/**
 * scene_crowd() - the PAR has that many more nodes on its link, who do nothing
 * @scene: the scene
 * @nodes: how many
 */
void scene_crowd(struct scene *scene, unsigned int nodes);

/**
 * scene_detach() - the node leaves its link
 * @scene: the scene
 */
void scene_detach(struct scene *scene);

/**
 * scene_attach() - the node comes to the link of the NAR
 * @scene: the scene
 */
void scene_attach(struct scene *scene);

#endif
