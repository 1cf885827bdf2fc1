// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a request wants of a tunnel: its next path.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "net.h"
#include "netlink.h"
#include "packet.h"
#include "request.h"
#include "tunnel.h"

#define FLOW_FLAGS	(FMIP_TUNNEL_F_FLOW_INHERIT | FMIP_TUNNEL_F_FLOW_HASH)

static int refuse(const struct fmip_op *op, int attr, int other,
		  const char *why)
{
	return fmip_netlink_refuse(op->extack, op->attrs[attr] ?:
				   op->attrs[other], why, -EINVAL);
}

static bool is_end6(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr) &&
	       !ipv6_addr_is_multicast(addr) &&
	       !(ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL);
}

static bool is_end4(struct net *net, __be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) &&
	       fmip_packet_type4(net, NULL, addr) != RTN_BROADCAST;
}

static int read_end(const struct fmip_op *op, int attr, u8 family,
		    struct in6_addr *addr)
{
	const struct nlattr *a = op->attrs[attr];
	const char *why = NULL;

	if (!a)
		return 0;
	if (fmip_netlink_get_addr(a, addr) != family)
		why = family == AF_INET6 ?
		      "this encapsulation has IPv6 addresses outside" :
		      "this encapsulation has IPv4 addresses outside";
	else if (family == AF_INET6 && !is_end6(addr))
		why = "a tunnel ends at a global unicast address";
	else if (family == AF_INET &&
		 !is_end4(op->fn->net, addr->s6_addr32[0]))
		why = "a tunnel ends at a unicast address";
	return why ? fmip_netlink_refuse(op->extack, a, why, -EINVAL) : 0;
}

static bool is_own(struct net *net, const struct fmip_path_key *key)
{
	if (key->family == AF_INET6)
		return ipv6_chk_addr(net, &key->remote, NULL, 0);
	return inet_addr_type(net, key->remote.s6_addr32[0]) == RTN_LOCAL;
}

/* @family is what the tunnel's ends were before, or 0. */
static int read_ends(struct fmip_path *path, const struct fmip_op *op,
		     u8 family)
{
	struct fmip_path_key *key = &path->key;
	struct nlattr **a = op->attrs;
	int err;

	if (family && family != key->family &&
	    (!a[FMIP_TUNNEL_A_LOCAL] || !a[FMIP_TUNNEL_A_REMOTE]))
		return refuse(op, FMIP_TUNNEL_A_ENCAP, 0,
			      "this encapsulation needs other addresses outside");
	err = read_end(op, FMIP_TUNNEL_A_LOCAL, key->family, &key->local) ?:
	      read_end(op, FMIP_TUNNEL_A_REMOTE, key->family, &key->remote);
	if (err)
		return err;
	if (ipv6_addr_equal(&key->local, &key->remote))
		return refuse(op, FMIP_TUNNEL_A_REMOTE, FMIP_TUNNEL_A_LOCAL,
			      "a tunnel cannot lead to itself");
	if (is_own(op->fn->net, key))
		return refuse(op, FMIP_TUNNEL_A_REMOTE, FMIP_TUNNEL_A_LOCAL,
			      "the remote address is this router's own");
	return 0;
}

static int read_ports(struct fmip_path *path, const struct fmip_op *op)
{
	struct fmip_path_key *key = &path->key;
	struct nlattr **a = op->attrs;

	if (key->carrier != FMIP_CARRIER_UDP) {
		key->sport = 0;
		key->dport = 0;
		if (!a[FMIP_TUNNEL_A_SPORT] && !a[FMIP_TUNNEL_A_DPORT])
			return 0;
		return refuse(op, FMIP_TUNNEL_A_SPORT, FMIP_TUNNEL_A_DPORT,
			      "this encapsulation has no ports");
	}
	if (a[FMIP_TUNNEL_A_SPORT])
		key->sport = htons(nla_get_u16(a[FMIP_TUNNEL_A_SPORT]));
	else if (!key->sport)
		key->sport = htons(FMIP_UDP_PORT);
	if (a[FMIP_TUNNEL_A_DPORT])
		key->dport = htons(nla_get_u16(a[FMIP_TUNNEL_A_DPORT]));
	else if (!key->dport)
		key->dport = htons(FMIP_UDP_PORT);
	return 0;
}

static int read_underlay(struct fmip_path *path, const struct fmip_op *op)
{
	struct nlattr **a = op->attrs;

	if (a[FMIP_TUNNEL_A_MARK])
		path->mark = nla_get_u32(a[FMIP_TUNNEL_A_MARK]);
	if (!a[FMIP_TUNNEL_A_IFINDEX])
		return 0;
	path->ifindex = nla_get_u32(a[FMIP_TUNNEL_A_IFINDEX]);
	if (!path->ifindex || __dev_get_by_index(op->fn->net, path->ifindex))
		return 0;
	return fmip_netlink_refuse(op->extack, a[FMIP_TUNNEL_A_IFINDEX],
				   "no such interface", -ENODEV);
}

static int read_header(struct fmip_path *path, const struct fmip_op *op)
{
	struct nlattr **a = op->attrs;

	if (a[FMIP_TUNNEL_A_TTL])
		path->ttl = nla_get_u8(a[FMIP_TUNNEL_A_TTL]);
	if (a[FMIP_TUNNEL_A_DSCP])
		path->dscp = nla_get_u8(a[FMIP_TUNNEL_A_DSCP]);
	if (path->dscp > 63 && path->dscp != FMIP_DSCP_INHERIT)
		return refuse(op, FMIP_TUNNEL_A_DSCP, 0,
			      "a code point is at most 63");
	if (a[FMIP_TUNNEL_A_ENCAPLIMIT])
		path->encaplimit = nla_get_u8(a[FMIP_TUNNEL_A_ENCAPLIMIT]);
	if (path->encaplimit != FMIP_ENCAPLIMIT_NONE &&
	    path->key.family != AF_INET6)
		return refuse(op, FMIP_TUNNEL_A_ENCAPLIMIT, FMIP_TUNNEL_A_ENCAP,
			      "only an IPv6 header limits encapsulation");
	return 0;
}

static int read_flow(struct fmip_path *path, const struct fmip_op *op)
{
	u8 flow = path->flags & FLOW_FLAGS;

	if (op->attrs[FMIP_TUNNEL_A_FLOWLABEL])
		path->flowlabel =
			htonl(nla_get_u32(op->attrs[FMIP_TUNNEL_A_FLOWLABEL]));
	if (path->key.family != AF_INET6 && path->flowlabel)
		return refuse(op, FMIP_TUNNEL_A_FLOWLABEL, FMIP_TUNNEL_A_ENCAP,
			      "only an IPv6 header has a flow label");
	if (path->key.family != AF_INET6 && flow)
		return refuse(op, FMIP_TUNNEL_A_FLAGS, FMIP_TUNNEL_A_ENCAP,
			      "only an IPv6 header has a flow label");
	if (hweight8(flow) + !!path->flowlabel > 1)
		return refuse(op, FMIP_TUNNEL_A_FLAGS, FMIP_TUNNEL_A_FLOWLABEL,
			      "a flow label is either given, inherited or hashed");
	return 0;
}

static int read_flags(struct fmip_path *path, const struct fmip_op *op)
{
	struct nla_bitfield32 flags;

	if (op->attrs[FMIP_TUNNEL_A_FLAGS]) {
		flags = nla_get_bitfield32(op->attrs[FMIP_TUNNEL_A_FLAGS]);
		path->flags = (path->flags & ~flags.selector) |
			      (flags.value & flags.selector);
	}
	if (path->flags & FMIP_TUNNEL_F_FRAGMENT && path->key.family != AF_INET)
		return refuse(op, FMIP_TUNNEL_A_FLAGS, FMIP_TUNNEL_A_ENCAP,
			      "only over IPv4 is what is too big fragmented");
	if (path->flags & FMIP_TUNNEL_F_UDP_CSUM &&
	    path->key.carrier != FMIP_CARRIER_UDP)
		return refuse(op, FMIP_TUNNEL_A_FLAGS, FMIP_TUNNEL_A_ENCAP,
			      "this encapsulation has no UDP checksum");
	return read_flow(path, op);
}

static int check_output_only(const struct fmip_op *op)
{
	if (op->attrs[FMIP_TUNNEL_A_USERS] || op->attrs[FMIP_TUNNEL_A_MTU])
		return refuse(op, FMIP_TUNNEL_A_USERS, FMIP_TUNNEL_A_MTU,
			      "this attribute is output only");
	if (op->attrs[FMIP_TUNNEL_A_FILTER])
		return refuse(op, FMIP_TUNNEL_A_FILTER, 0,
			      "only a dump and a flush take a filter");
	return 0;
}

static void copy_path(struct fmip_path *path, const struct fmip_path *old)
{
	path->key = old->key;
	path->ifindex = old->ifindex;
	path->mark = old->mark;
	path->flowlabel = old->flowlabel;
	path->encap = old->encap;
	path->ttl = old->ttl;
	path->dscp = old->dscp;
	path->encaplimit = old->encaplimit;
	path->flags = old->flags;
}

/**
 * fmip_request_path() - read what a tunnel shall be
 * @op: request
 * @old: what it is, for what the request does not say; or NULL
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: the path, which the caller owns, or an ERR_PTR().
 */
struct fmip_path *fmip_request_path(const struct fmip_op *op,
				    const struct fmip_path *old)
{
	const struct nlattr *encap = op->attrs[FMIP_TUNNEL_A_ENCAP];
	struct fmip_path *path;
	int err;

	path = fmip_path_alloc();
	if (!path)
		return ERR_PTR(-ENOMEM);
	if (old)
		copy_path(path, old);
	if (encap)
		path->encap = nla_get_u8(encap);
	path->key.family = fmip_encap_family(path->encap);
	path->key.carrier = fmip_encap_carrier(path->encap);
	err = check_output_only(op) ?:
	      read_ends(path, op, old ? old->key.family : 0) ?:
	      read_ports(path, op) ?: read_underlay(path, op) ?:
	      read_header(path, op) ?: read_flags(path, op);
	if (err) {
		fmip_path_free(path);
		return ERR_PTR(err);
	}
	return path;
}
