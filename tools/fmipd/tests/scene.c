// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "mn.h"
#include "scene.h"
#include "settings.h"
#include "test.h"

#define MN_LLA	0x10
#define AP(n)	{ 6, { 2, 0, 0, 0, 0xaa, n } }

struct lla scene_par_ap = AP(1), scene_nar_ap = AP(2), scene_old_ap = AP(3);
const struct lla scene_no_ap = AP(9);

static struct config_prefix prefix[2];
static struct config_neighbour par_neighbours[2], nar_neighbours[1];
static struct config_interface interface[3];
static struct config_key key;
static struct config par_config, nar_config, mn_config;

static struct config_neighbour neighbour(const char *name, const char *own, struct lla *ap,
					 struct config_prefix *of)
{
	return (struct config_neighbour){
		.name = name,
		.address = address(own),
		.lla = sim_lla(own[9]),
		.aps = ap,
		.aps_count = 1,
		.prefixes = of,
		.prefixes_count = 1,
		.fmip = true,
	};
}

static struct config_interface at(struct lla *ap, struct config_prefix *of)
{
	return (struct config_interface){
		.name = "link1",
		.aps = ap,
		.aps_count = !!ap,
		.prefixes = of,
		.prefixes_count = !!of,
	};
}

static void configure_routers(void)
{
	prefix[0] = (struct config_prefix){ 64, address("2001:db8:1::") };
	prefix[1] = (struct config_prefix){ 64, address("2001:db8:2::") };
	par_neighbours[0] = neighbour("nar", SCENE_NAR, &scene_nar_ap, &prefix[1]);
	par_neighbours[1] = (struct config_neighbour){
		.name = "old", .aps = &scene_old_ap, .aps_count = 1,
	};
	nar_neighbours[0] = neighbour("par", SCENE_PAR, &scene_par_ap, &prefix[0]);
	interface[0] = at(&scene_par_ap, &prefix[0]);
	interface[1] = at(&scene_nar_ap, &prefix[1]);
	par_config = settings_router(SCENE_PAR, &interface[0], par_neighbours, 2, &key);
	par_config.limits.records = 2;
	nar_config = settings_router(SCENE_NAR, &interface[1], nar_neighbours, 1, &key);
	nar_config.limits = par_config.limits;
}

static void configure_node(void)
{
	interface[2] = at(NULL, NULL);
	mn_config = settings_node(SCENE_PAR, &interface[2], &key);
	mn_config.limits = par_config.limits;
}

void scene_begin(struct scene *scene)
{
	*scene = (struct scene){};
	key = (struct config_key){ .pcoa = { 64, address("2001:db8:1::") }, .spi = 0x100,
				   .len = 20, .bytes = "twenty octets of key" };
	configure_routers();
	configure_node();
	sim_init(&scene->sim);
	scene->par = sim_add(&scene->sim, "par", &par_config);
	scene->nar = sim_add(&scene->sim, "nar", &nar_config);
	scene->mn = sim_add(&scene->sim, "mn", &mn_config);
	sim_address(scene->par, 1, "fe80::1", 1);
	sim_address(scene->par, 1, SCENE_PAR, 1);
	sim_address(scene->mn, 1, "fe80::10", MN_LLA);
	sim_address(scene->mn, 1, SCENE_PCOA, MN_LLA);
	sim_address(scene->nar, 9, SCENE_NAR, 2);
	engine_link(&scene->mn->engine, &(struct link_event){
		.change = LINK_UP, .ifindex = 1, .ap = scene_par_ap, .ns = scene->sim.now,
	});
}

void scene_end(struct scene *scene)
{
	sim_end(&scene->sim);
}

void scene_learn(struct scene *scene)
{
	const struct in6_addr pcoa = address(SCENE_PCOA);
	const struct lla lla = sim_lla(MN_LLA);

	engine_neighbour(&scene->par->engine, 1, &pcoa, &lla);
	mn_solicit(scene->mn->engine.mn, NULL);
	sim_run(&scene->sim, 20);
}

void scene_crowd(struct scene *scene, unsigned int nodes)
{
	struct in6_addr a = address("2001:db8:1::c:0");
	struct lla lla = sim_lla(0);
	unsigned int i;

	for (i = 0; i < nodes; i++) {
		lla.bytes[4] = 1 + i / 256;
		lla.bytes[5] = i;
		memcpy(&a.s6_addr[14], &lla.bytes[4], 2);
		engine_neighbour(&scene->par->engine, 1, &a, &lla);
	}
}

void scene_detach(struct scene *scene)
{
	struct link_event event = {
		.change = LINK_DOWN, .ifindex = 1, .ns = scene->sim.now,
	};

	sim_leave(scene->par, 1);
	sim_address(scene->par, 9, SCENE_PAR, 1);
	engine_link(&scene->mn->engine, &event);
	event.lla = sim_lla(MN_LLA);
	engine_link(&scene->par->engine, &event);
}

void scene_attach(struct scene *scene)
{
	struct path_event arrived = { .change = PATH_ATTACHED, .ns = scene->sim.now };

	sim_leave(scene->nar, 9);
	sim_address(scene->nar, 1, "fe80::2", 2);
	sim_address(scene->nar, 1, SCENE_NAR, 2);
	sim_address(scene->mn, 1, SCENE_NCOA, MN_LLA);
	engine_link(&scene->mn->engine, &(struct link_event){
		.change = LINK_UP, .ifindex = 1, .ap = scene_nar_ap, .ns = scene->sim.now,
	});
	/* What the simulated data path of the NAR does not do by itself. */
	arrived.id = scene->nar->path[0].id;
	if (arrived.id)
		engine_path(&scene->nar->engine, &arrived);
}
