// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses of a mobile node on its interface.
 */
#include <errno.h>
#include <string.h>

#include <linux/if_addr.h>
#include <netlink/route/addr.h>

#include "netlink.h"
#include "stay_address.h"
#include "sysctl.h"

#define FOREVER		UINT32_MAX

static int change(struct nl_sock *ask, struct rtnl_addr *a)
{
	struct nl_msg *msg = NULL;

	return netlink_do(ask, rtnl_addr_build_add_request(a, NLM_F_REPLACE, &msg), &msg);
}

static struct rtnl_addr *make(const struct stay *stay)
{
	struct nl_addr *local = netlink_address(&stay->ncoa, stay->prefix_len);
	struct rtnl_addr *a = rtnl_addr_alloc();

	if (a && local) {
		rtnl_addr_set_ifindex(a, stay->ifindex);
		rtnl_addr_set_local(a, local);
	}
	nl_addr_put(local);
	if (local)
		return a;
	rtnl_addr_put(a);
	return NULL;
}

/*
 * The kernel asks whether it may be optimistic when it is given the address, and not
 * again: what the operator has decided for other addresses holds after that.
 */
static int add_optimistic(struct nl_sock *ask, const char *interface, struct rtnl_addr *a)
{
	char before[16];
	int err = sysctl_read(interface, "optimistic_dad", before, sizeof(before));
	int unable = err ?: sysctl_write(interface, "optimistic_dad", "1");

	rtnl_addr_set_flags(a, unable ? 0 : IFA_F_OPTIMISTIC);
	err = change(ask, a);
	if (!unable)
		sysctl_write(interface, "optimistic_dad", before);
	return err;
}

/* What else is on the link with that prefix, the router says. */
int address_add(struct nl_sock *ask, const char *interface, const struct stay *stay)
{
	struct rtnl_addr *a = make(stay);
	int err;

	if (!a || !interface) {
		rtnl_addr_put(a);
		return a ? -ENODEV : -ENOMEM;
	}
	rtnl_addr_set_flags(a, IFA_F_NOPREFIXROUTE);
	if (stay->dhcp) {
		rtnl_addr_set_preferred_lifetime(a, 0);
		rtnl_addr_set_valid_lifetime(a, FOREVER);
	}
	err = add_optimistic(ask, interface, a);
	rtnl_addr_put(a);
	return err;
}

int address_remove_kept(struct nl_sock *ask, struct rtnl_addr *was)
{
	struct nl_msg *msg = NULL;
	int err = netlink_do(ask, rtnl_addr_build_delete_request(was, 0, &msg), &msg);

	return err == -EADDRNOTAVAIL ? 0 : err;
}

int address_remove(struct nl_sock *ask, const struct stay *stay)
{
	struct rtnl_addr *a = make(stay);
	int err = a ? address_remove_kept(ask, a) : -ENOMEM;

	rtnl_addr_put(a);
	return err;
}

static bool is_address(struct rtnl_addr *a, unsigned int ifindex,
		       const struct in6_addr *address)
{
	struct nl_addr *local = rtnl_addr_get_local(a);

	return (unsigned int)rtnl_addr_get_ifindex(a) == ifindex && local &&
	       nl_addr_get_len(local) == sizeof(*address) &&
	       !memcmp(nl_addr_get_binary_addr(local), address, sizeof(*address));
}

struct rtnl_addr *address_read(struct nl_sock *ask, unsigned int ifindex,
			       const struct in6_addr *address)
{
	struct rtnl_addr *found = NULL;
	struct nl_cache *cache;
	struct nl_object *o;

	if (rtnl_addr_alloc_cache(ask, &cache))
		return NULL;
	for (o = nl_cache_get_first(cache); o && !found; o = nl_cache_get_next(o))
		if (is_address((struct rtnl_addr *)o, ifindex, address))
			found = (struct rtnl_addr *)nl_object_clone(o);
	nl_cache_free(cache);
	return found;
}

/*
 * For nothing new, unless there is no other address to be used yet (RFC 5568 section
 * 6.1.2, Code 5); and nobody else is on this link who has its prefix.  The kernel asks a
 * home address to be marked, or it drops what comes for it in a routing header.
 */
int address_keep(struct nl_sock *ask, struct rtnl_addr *was, bool deprecated)
{
	struct rtnl_addr *a = (struct rtnl_addr *)nl_object_clone((struct nl_object *)was);
	uint32_t valid = rtnl_addr_get_valid_lifetime(was) ?: FOREVER;
	int err;

	if (!a)
		return -ENOMEM;
	rtnl_addr_set_flags(a, IFA_F_NOPREFIXROUTE | IFA_F_HOMEADDRESS);
	rtnl_addr_set_preferred_lifetime(a, deprecated ? 0 : valid);
	rtnl_addr_set_valid_lifetime(a, valid);
	err = change(ask, a);
	rtnl_addr_put(a);
	return err;
}

static uint32_t lifetime_left(uint32_t lifetime, uint64_t passed)
{
	if (!lifetime || lifetime == FOREVER)
		return FOREVER;
	return lifetime > passed ? lifetime - passed : 1;
}

int address_restore(struct nl_sock *ask, struct rtnl_addr *was, uint64_t seconds)
{
	uint32_t preferred = rtnl_addr_get_preferred_lifetime(was);
	uint32_t valid = rtnl_addr_get_valid_lifetime(was);

	if (!(rtnl_addr_get_flags(was) & IFA_F_DEPRECATED))
		rtnl_addr_set_preferred_lifetime(was, lifetime_left(preferred, seconds));
	rtnl_addr_set_valid_lifetime(was, lifetime_left(valid, seconds));
	return change(ask, was);
}
