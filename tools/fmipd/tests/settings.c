// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the routers and nodes of tests have decided.
 */
#include "settings.h"
#include "test.h"

struct config settings_router(const char *own, struct config_interface *interface,
			      struct config_neighbour *neighbours, size_t count,
			      struct config_key *key)
{
	return (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = interface,
		.interfaces_count = 1,
		.neighbours = neighbours,
		.neighbours_count = count,
		.keys = key,
		.keys_count = 1,
		.ar = {
			.address = address(own),
			.hi = { 100, 3, 0 },
			.copying = CONFIG_COPY_RTSOLPR,
			.buffer = { 1000, 4 << 20, 0 },
			.hold = 10000,
			.lifetime_max = 60,
			.unusable = CONFIG_UNUSABLE_OTHER,
			.proxy_nd_lifetime = 1500,
			.una_memory = 5000,
			.fback_to_pcoa = true,
			.ask_to_buffer = true,
			.defend_pcoa = true,
			.linger = 1000,
		},
		.limits = { 100, 4, 16, 0, 0 },
	};
}

struct config settings_node(const char *par, struct config_interface *interface,
			    struct config_key *key)
{
	return (struct config){
		.roles = CONFIG_MN,
		.interfaces = interface,
		.interfaces_count = 1,
		.keys = key,
		.keys_count = 1,
		.mn = {
			.rtsolpr = { 100, 3, 3 },
			.fbu = { 100, 3, 3 },
			.una = { 1000, 1, 0 },
			.lifetime = 30,
			.iid = CONFIG_IID_EUI64,
			.par = address(par),
			.reverse_tunnel = true,
			.fback_wait = 1000,
		},
	};
}
