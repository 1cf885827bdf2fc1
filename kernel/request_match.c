// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matches of a request.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "packet.h"
#include "request.h"
#include "tunnel.h"

static int read_dev(struct fmip_match_key *key, struct fmip_net *fn,
		    struct nlattr **a, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	dev = fmip_request_dev(fn, a[FMIP_MATCH_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (key->scope == FMIP_SCOPE_VRF && !netif_is_l3_master(dev))
		return fmip_netlink_refuse(extack, a[FMIP_MATCH_A_IFINDEX],
					   "this interface is not a VRF",
					   -EINVAL);
	return 0;
}

static int check_scope(const struct fmip_match_key *key, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	bool dev = key->scope == FMIP_SCOPE_VRF ||
		   key->scope == FMIP_SCOPE_INTERFACE;
	bool tunnel = key->scope == FMIP_SCOPE_TUNNEL;

	if (!dev && a[FMIP_MATCH_A_IFINDEX])
		return fmip_netlink_refuse(extack, a[FMIP_MATCH_A_IFINDEX],
					   "this scope has no interface",
					   -EINVAL);
	if (!tunnel && (a[FMIP_MATCH_A_TUNNEL] || a[FMIP_MATCH_A_KEY]))
		return fmip_netlink_refuse(extack, a[FMIP_MATCH_A_TUNNEL] ?:
					   a[FMIP_MATCH_A_KEY],
					   "this scope has no tunnel and no key",
					   -EINVAL);
	return 0;
}

/* A match that is only to be found may name what is not there. */
static int read_scope(struct fmip_match_key *key, struct fmip_net *fn,
		      struct nlattr **a, const struct nlattr *nest, bool new,
		      struct netlink_ext_ack *extack)
{
	struct fmip_tunnel *t;
	int err;

	key->scope = a[FMIP_MATCH_A_SCOPE] ?
		     nla_get_u8(a[FMIP_MATCH_A_SCOPE]) : FMIP_SCOPE_ANY;
	err = check_scope(key, a, extack);
	if (err)
		return err;
	if (a[FMIP_MATCH_A_IFINDEX])
		key->scope_id = nla_get_u32(a[FMIP_MATCH_A_IFINDEX]);
	else if (a[FMIP_MATCH_A_TUNNEL])
		key->scope_id = nla_get_u32(a[FMIP_MATCH_A_TUNNEL]);
	if (new && key->scope == FMIP_SCOPE_TUNNEL) {
		t = fmip_request_tunnel(fn, a[FMIP_MATCH_A_TUNNEL], nest,
					a[FMIP_MATCH_A_KEY], extack);
		err = PTR_ERR_OR_ZERO(t);
	} else if (new && key->scope != FMIP_SCOPE_ANY) {
		err = read_dev(key, fn, a, nest, extack);
	}
	if (a[FMIP_MATCH_A_KEY]) {
		key->scope = FMIP_SCOPE_KEY;
		key->key = nla_get_u32(a[FMIP_MATCH_A_KEY]);
	}
	return err;
}

static bool bits_beyond6(const struct fmip_match_key *key)
{
	struct in6_addr masked;

	if (key->prefixlen == 128)
		return false;
	ipv6_addr_prefix(&masked, &key->addr, key->prefixlen);
	return !ipv6_addr_equal(&masked, &key->addr);
}

static bool is_linklocal6(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

static int check_prefix6(const struct fmip_match_key *key, struct net *net,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	if (bits_beyond6(key))
		return fmip_netlink_refuse(extack, attr,
					   "the prefix has bits set beyond its length",
					   -EINVAL);
	if ((key->prefixlen >= 8 && ipv6_addr_is_multicast(&key->addr)) ||
	    (key->prefixlen >= 10 && is_linklocal6(&key->addr)))
		return fmip_netlink_refuse(extack, attr,
					   "link-local and multicast packets are never forwarded",
					   -EINVAL);
	if (key->prefixlen < 128)
		return 0;
	if (ipv6_addr_any(&key->addr) || ipv6_addr_loopback(&key->addr) ||
	    ipv6_chk_addr(net, &key->addr, NULL, 0))
		return fmip_netlink_refuse(extack, attr,
					   "the address is this router's own",
					   -EINVAL);
	return 0;
}

/* An address may be the router's own in one VRF, and a node's in another. */
static unsigned int type_of_addr4(const struct fmip_match_key *key,
				  struct net *net, __be32 addr)
{
	struct net_device *dev = NULL;

	if (key->scope == FMIP_SCOPE_VRF || key->scope == FMIP_SCOPE_INTERFACE)
		dev = __dev_get_by_index(net, key->scope_id);
	return fmip_packet_type4(net, dev, addr);
}

static int check_prefix4(const struct fmip_match_key *key, struct net *net,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	__be32 addr = key->addr.s6_addr32[0];
	unsigned int type = RTN_UNICAST;

	if (addr & ~inet_make_mask(key->prefixlen))
		return fmip_netlink_refuse(extack, attr,
					   "the prefix has bits set beyond its length",
					   -EINVAL);
	if (key->prefixlen == 32)
		type = type_of_addr4(key, net, addr);
	if ((key->prefixlen >= 4 && ipv4_is_multicast(addr)) ||
	    (key->prefixlen >= 8 &&
	     (ipv4_is_loopback(addr) || ipv4_is_zeronet(addr))) ||
	    type == RTN_BROADCAST)
		return fmip_netlink_refuse(extack, attr,
					   "loopback, broadcast and multicast packets are never forwarded",
					   -EINVAL);
	if (type == RTN_LOCAL)
		return fmip_netlink_refuse(extack, attr,
					   "the address is this router's own",
					   -EINVAL);
	return 0;
}

static int read_prefix(struct fmip_match_key *key, struct nlattr **a,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	if (!a[FMIP_MATCH_A_ADDR])
		return fmip_netlink_refuse(extack, nest,
					   "a match needs an address", -EINVAL);
	key->family = fmip_netlink_get_addr(a[FMIP_MATCH_A_ADDR], &key->addr);
	key->prefixlen = key->family == AF_INET6 ? 128 : 32;
	if (!a[FMIP_MATCH_A_PREFIXLEN])
		return 0;
	if (nla_get_u8(a[FMIP_MATCH_A_PREFIXLEN]) > key->prefixlen)
		return fmip_netlink_refuse(extack, a[FMIP_MATCH_A_PREFIXLEN],
					   "an IPv4 prefix has at most 32 bits",
					   -EINVAL);
	key->prefixlen = nla_get_u8(a[FMIP_MATCH_A_PREFIXLEN]);
	return 0;
}

static int check_key(const struct fmip_match_key *key, struct net *net,
		     struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (key->direction == FMIP_DIRECTION_SRC &&
	    (key->scope == FMIP_SCOPE_ANY || key->scope == FMIP_SCOPE_VRF))
		return fmip_netlink_refuse(extack, a[FMIP_MATCH_A_DIRECTION],
					   "a match of the source needs the scope interface or tunnel",
					   -EINVAL);
	return key->family == AF_INET6 ?
	       check_prefix6(key, net, a[FMIP_MATCH_A_ADDR], extack) :
	       check_prefix4(key, net, a[FMIP_MATCH_A_ADDR], extack);
}

/**
 * fmip_request_read_key() - read a match
 * @key: result
 * @nest: attribute with FMIP_MATCH_A_*, validated
 * @fn: namespace
 * @new: the match is to be made, and not only to be found
 * @extack: says why not
 *
 * Context: process, the namespace's lock held, and RTNL if @new.
 * Return: 0 or a negative error.
 */
int fmip_request_read_key(struct fmip_match_key *key,
			  const struct nlattr *nest, struct fmip_net *fn,
			  bool new, struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_MATCH_A_MAX + 1] = {};
	int err;

	err = fmip_netlink_parse(a, nest, extack);
	if (err)
		return err;
	memset(key, 0, sizeof(*key));
	if (a[FMIP_MATCH_A_DIRECTION])
		key->direction = nla_get_u8(a[FMIP_MATCH_A_DIRECTION]);
	err = read_prefix(key, a, nest, extack);
	if (err)
		return err;
	err = read_scope(key, fn, a, nest, new, extack);
	if (err || !new)
		return err;
	return check_key(key, fn->net, a, extack);
}

/* The request must not name a match twice. */
static int check_unique(const struct fmip_request *req, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (!memcmp(&req->match[j].key, &req->match[i].key,
			    sizeof(struct fmip_match_key)))
			return fmip_netlink_refuse(req->op->extack,
						   req->match_attr[i],
						   "a match is named twice",
						   -EINVAL);
	return 0;
}

/**
 * fmip_request_read_matches() - read the matches, if there are
 * @req: request
 *
 * Whether they are another binding's is found out when they are put into the
 * table: see fmip_request_blame().
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read_matches(struct fmip_request *req)
{
	const struct nlattr *list = req->op->attrs[FMIP_BINDING_A_MATCHES];
	struct netlink_ext_ack *extack = req->op->extack;
	const struct nlattr *item;
	unsigned int i = 0;
	int rem, err;

	req->has_matches = list;
	req->n_matches = 0;
	if (!list)
		return 0;
	nla_for_each_nested(item, list, rem) {
		if (i == FMIP_MATCHES_MAX)
			return fmip_netlink_refuse(extack, list,
						   "too many matches", -E2BIG);
		err = fmip_request_read_key(&req->match[i].key, item,
					    req->op->fn, true, extack);
		if (err)
			return err;
		req->match_attr[i] = item;
		err = check_unique(req, i);
		if (err)
			return err;
		i++;
	}
	req->n_matches = i;
	return i ? 0 : fmip_netlink_refuse(extack, list,
					   "a binding needs a match", -EINVAL);
}

static const struct nlattr *match_attr(const struct fmip_request *req,
				       const struct fmip_match_key *key)
{
	unsigned int i;

	for (i = 0; i < req->n_matches; i++)
		if (req->match[i].key.family == key->family &&
		    req->match[i].key.prefixlen == key->prefixlen &&
		    !memcmp(&req->match[i].key.addr, &key->addr,
			    sizeof(key->addr)))
			return req->match_attr[i];
	return req->op->attrs[FMIP_BINDING_A_MATCHES];
}

static int blame_accept(const struct fmip_request *req,
			const struct fmip_match_key *key, int err)
{
	const struct fmip_accept *accept = fmip_plan_accepts(&req->draft);
	const struct nlattr *attr = NULL;
	int i;

	for (i = 0; i < req->draft.n_accepts && !attr; i++)
		if (accept[i].tunnel->id == key->scope_id &&
		    accept[i].direction == key->direction &&
		    accept[i].key == key->key)
			attr = req->accept_attr[i];
	return fmip_netlink_refuse(req->op->extack,
				   attr ?: match_attr(req, key),
				   "another binding accepts this address out of this tunnel",
				   err);
}

static int blame_match(const struct fmip_request *req,
		       const struct fmip_match_key *key, int err)
{
	const struct nlattr *attr = match_attr(req, key);
	unsigned int i;

	for (i = 0; i < req->n_matches; i++)
		if (!memcmp(&req->match[i].key, key, sizeof(*key)))
			attr = req->match_attr[i];
	return fmip_netlink_refuse(req->op->extack, attr,
				   "this match belongs to another binding",
				   err);
}

/**
 * fmip_request_blame() - say why the matches could not be put into the table
 * @req: request
 * @b: its binding
 * @err: why, from fmip_match_swap()
 *
 * Context: process, the namespace's lock held.
 * Return: @err.
 */
int fmip_request_blame(const struct fmip_request *req,
		       const struct fmip_binding *b, int err)
{
	const struct fmip_match *m = req->list ? req->list->match : req->match;
	unsigned int i, n = req->list ? req->list->n : req->n_matches;
	const struct fmip_match *other;

	if (err != -EEXIST)
		return err;
	for (i = 0; i < n; i++) {
		other = fmip_match_find(&req->op->fn->matches, &m[i].key);
		if (!other || other->binding == b)
			continue;
		return fmip_match_is_accept(&m[i].key) ?
		       blame_accept(req, &m[i].key, err) :
		       blame_match(req, &m[i].key, err);
	}
	return err;
}
