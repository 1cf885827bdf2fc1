// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decapsulation.  It is done from the hooks, and not as a protocol handler, so
 * that ip6_tunnel and others keep working beside us.
 *
 * A tunnel packet for this router passes INPUT like any other, and is taken at
 * the end of it.  Where nobody else listens at INPUT there is nothing to pass,
 * and it is taken in PREROUTING already, without a route.  The inner packet has
 * then been received on the fmip device: where somebody listens for that, be it
 * a rule, a capture or a qdisc, it is, and else goes on at once.
 */
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/ipv6_stubs.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/xfrm.h>

#include "binding.h"
#include "compat.h"
#include "decap.h"
#include "device.h"
#include "foreign.h"
#include "hooks.h"
#include "net.h"
#include "packet.h"
#include "tlv.h"
#include "tunnel.h"

/* How many tunnels a packet may be in on its way through one router. */
#define DEPTH_MAX	4

/*
 * RFC 2784 section 2.1: bits 1 to 5, but for those of RFC 2890, and the version
 * must be 0; bits 6 to 12 must be ignored.
 */
#define GRE_MUST_BE_ZERO	(GRE_ROUTING | GRE_STRICT | htons(0x0400) | \
				 GRE_VERSION)

/**
 * struct opened - a tunnel packet, looked into
 * @path: the path that it came by
 * @key: of GRE, if @has_key
 * @offset: from the outer header to what comes next
 * @family: of the inner packet
 * @proto: IP protocol of what comes next
 * @has_key: see @key
 */
struct opened {
	struct fmip_path *path;
	u32 key;
	int offset;
	u8 family;
	u8 proto;
	bool has_key;
};

/**
 * struct origin - what a packet that is received on the fmip device has with it
 * @tunnel: id of the tunnel
 * @has_key: it came with a key, which is the tunnel id of the metadata
 * @by_dst: as in &struct fmip_from
 * @depth: as in &struct fmip_from
 * @pad: 0
 */
struct origin {
	u32 tunnel;
	u8 has_key;
	u8 by_dst;
	u8 depth;
	u8 pad;
};

/*
 * How many packets are on their way from a tunnel through the routing code on
 * this CPU, one within the other.  Bottom halves are off.
 */
static DEFINE_PER_CPU(unsigned int, routing_depth);

static struct fmip_path *find_path(struct fmip_net *fn,
				   const struct fmip_path_key *key)
{
	struct fmip_path *path = fmip_path_find(fn, key);

	/* Another tunnel driver may have the same two ends. */
	if (!path || !READ_ONCE(path->tunnel->accepts) ||
	    !fmip_path_is_local(fn, path))
		return NULL;
	return path;
}

static bool set_carrier(struct fmip_path_key *key, u8 proto)
{
	switch (proto) {
	case IPPROTO_IPV6:
	case IPPROTO_IPIP:
		key->carrier = FMIP_CARRIER_IP;
		return true;
	case IPPROTO_GRE:
		key->carrier = FMIP_CARRIER_GRE;
		return true;
	default:
		return false;
	}
}

/*
 * What is in a fragment only the first one tells: does it come from the other
 * end of any tunnel at all?
 */
static bool may_be_ours(struct fmip_net *fn, const struct sk_buff *skb)
{
	struct fmip_path_key key = {
		.local = ipv6_hdr(skb)->daddr,
		.remote = ipv6_hdr(skb)->saddr,
		.family = AF_INET6,
		.carrier = FMIP_CARRIER_IP,
	};

	if (find_path(fn, &key))
		return true;
	key.carrier = FMIP_CARRIER_GRE;
	return find_path(fn, &key);
}

/*
 * RFC 8200 section 4.2: the first two bits of an option are 0 if it may be passed
 * over by who does not know it.
 */
static bool may_skip(const u8 *opt, int len)
{
	while (len) {
		int size = opt[0] == IPV6_TLV_PAD1 ? 1 :
			   len > 1 ? opt[1] + 2 : len + 1;

		if (opt[0] & 0xc0 || size > len)
			return false;
		opt += size;
		len -= size;
	}
	return true;
}

/*
 * The encapsulation limit of RFC 2473 is a destination option.  Where the stack
 * would have a word to say about a header, or has to process it, it shall.
 */
static bool skip_options(struct sk_buff *skb, struct opened *o)
{
	int start = skb_network_offset(skb) + o->offset;
	const u8 *hdr;
	int len;

	if (!pskb_may_pull(skb, start + sizeof(struct ipv6_opt_hdr)))
		return false;
	len = ipv6_optlen((const struct ipv6_opt_hdr *)(skb->data + start));
	if (!pskb_may_pull(skb, start + len))
		return false;
	hdr = skb->data + start;
	if (!may_skip(hdr + 2, len - 2))
		return false;
	o->proto = hdr[0];
	o->offset += len;
	return true;
}

/* The outer header and its options.  Returns false if it is not for us. */
static bool open_ip6(struct fmip_net *fn, struct sk_buff *skb,
		     struct opened *o)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct fmip_path_key key = {
		.local = ip6h->daddr,
		.remote = ip6h->saddr,
		.family = AF_INET6,
	};

	o->proto = ip6h->nexthdr;
	o->offset = sizeof(*ip6h);
	if (o->proto == NEXTHDR_DEST && !skip_options(skb, o))
		return false;
	if (!set_carrier(&key, o->proto))
		return false;
	o->path = find_path(fn, &key);
	return o->path;
}

static bool open_udp(struct fmip_net *fn, struct sk_buff *skb,
		     struct fmip_path_key *key, struct opened *o)
{
	const struct udphdr *uh;
	struct udphdr buf;

	uh = skb_header_pointer(skb, skb_network_offset(skb) + o->offset,
				sizeof(buf), &buf);
	if (!uh)
		return false;
	key->carrier = FMIP_CARRIER_UDP;
	key->sport = uh->dest;
	key->dport = uh->source;
	o->path = find_path(fn, key);
	return o->path;
}

static bool open_ip4(struct fmip_net *fn, struct sk_buff *skb,
		     struct opened *o)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct fmip_path_key key = {
		.local = { .s6_addr32 = { iph->daddr } },
		.remote = { .s6_addr32 = { iph->saddr } },
		.family = AF_INET,
	};

	/* The stack puts them together before INPUT. */
	if (ip_is_fragment(iph))
		return false;
	o->proto = iph->protocol;
	o->offset = iph->ihl * 4;
	if (o->proto == IPPROTO_UDP)
		return open_udp(fn, skb, &key, o);
	if (!set_carrier(&key, o->proto))
		return false;
	o->path = find_path(fn, &key);
	return o->path;
}

/* RFC 2784, RFC 2890: the fields that flags announce, in this order. */
static enum fmip_drop open_gre(struct sk_buff *skb, struct opened *o)
{
	int start = skb_network_offset(skb) + o->offset;
	struct gre_base_hdr *greh;
	int len = sizeof(*greh);
	__be32 *option;

	if (!pskb_may_pull(skb, start + len + 12))
		if (!pskb_may_pull(skb, start + len))
			return FMIP_DROP_MALFORMED;
	greh = (struct gre_base_hdr *)(skb->data + start);
	if (greh->flags & GRE_MUST_BE_ZERO)
		return FMIP_DROP_MALFORMED;
	len += (!!(greh->flags & GRE_CSUM) + !!(greh->flags & GRE_KEY) +
		!!(greh->flags & GRE_SEQ)) * 4;
	if (!pskb_may_pull(skb, start + len))
		return FMIP_DROP_MALFORMED;
	greh = (struct gre_base_hdr *)(skb->data + start);
	option = (__be32 *)(greh + 1);
	if (greh->flags & GRE_CSUM) {
		if (csum_fold(skb_checksum(skb, start, skb->len - start, 0)))
			return FMIP_DROP_CHECKSUM;
		option++;
	}
	o->has_key = !!(greh->flags & GRE_KEY);
	o->key = o->has_key ? ntohl(*option) : 0;
	if (greh->protocol == htons(ETH_P_IPV6))
		o->proto = IPPROTO_IPV6;
	else if (greh->protocol == htons(ETH_P_IP))
		o->proto = IPPROTO_IPIP;
	else
		return FMIP_DROP_MALFORMED;
	o->offset += len;
	return FMIP_DROP_NONE;
}

static bool udp_checksum_ok(const struct sk_buff *skb, int start, int len,
			    __sum16 check)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (!check || skb_csum_unnecessary(skb) ||
	    skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	return !csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_UDP,
				  skb_checksum(skb, start, len, 0));
}

/* RFC 5844, RFC 5845 section 7: by the first four bits of what is in UDP. */
static bool right_payload(const struct opened *o, u8 first)
{
	if (o->path->encap == FMIP_ENCAP_TLV4)
		return first >> 4 == 0;
	return first >> 4 == 6 || first >> 4 == 4;
}

/* Signalling comes by the same ports; -1 leaves it to its socket. */
static int open_payload(struct sk_buff *skb, struct opened *o)
{
	int start = skb_network_offset(skb) + o->offset;
	struct {
		struct udphdr udp;
		struct fmip_tlv tlv;
	} head;
	int len;

	/* To trim the packet may move its headers. */
	if (skb_copy_bits(skb, start, &head, sizeof(head)))
		return -1;
	len = ntohs(head.udp.len);
	if (!right_payload(o, head.tlv.type))
		return -1;
	if (len < sizeof(head) || len > skb->len - start)
		return FMIP_DROP_MALFORMED;
	if (!udp_checksum_ok(skb, start, len, head.udp.check))
		return FMIP_DROP_CHECKSUM;
	/* What is behind the datagram is not of it. */
	if (pskb_trim_rcsum(skb, start + len))
		return FMIP_DROP_NO_MEMORY;
	o->offset += sizeof(head.udp);
	if (o->path->encap == FMIP_ENCAP_UDP4) {
		o->proto = head.tlv.type >> 4 == 6 ? IPPROTO_IPV6 :
						     IPPROTO_IPIP;
		return FMIP_DROP_NONE;
	}
	if (ntohs(head.tlv.length) != len - sizeof(head))
		return FMIP_DROP_MALFORMED;
	o->proto = head.tlv.nexthdr;
	o->offset += sizeof(head.tlv);
	return o->proto == IPPROTO_GRE ? open_gre(skb, o) : FMIP_DROP_NONE;
}

/* What is between the outer and the inner header; -1 if it is not for us. */
static int open_carrier(struct sk_buff *skb, struct opened *o)
{
	switch (o->path->key.carrier) {
	case FMIP_CARRIER_GRE:
		return open_gre(skb, o);
	case FMIP_CARRIER_UDP:
		return open_payload(skb, o);
	default:
		return FMIP_DROP_NONE;
	}
}

/* The inner header is all there, and is one. */
static enum fmip_drop open_inner(struct sk_buff *skb, struct opened *o)
{
	int start = skb_network_offset(skb) + o->offset;
	u8 version;

	if (o->proto != IPPROTO_IPV6 && o->proto != IPPROTO_IPIP)
		return FMIP_DROP_MALFORMED;
	o->family = o->proto == IPPROTO_IPV6 ? AF_INET6 : AF_INET;
	if (!pskb_may_pull(skb, start + (o->family == AF_INET6 ?
					 sizeof(struct ipv6hdr) :
					 sizeof(struct iphdr))))
		return FMIP_DROP_MALFORMED;
	version = *(skb->data + start) >> 4;
	return version == (o->family == AF_INET6 ? 6 : 4) ?
	       FMIP_DROP_NONE : FMIP_DROP_MALFORMED;
}

static bool still_accepts(const struct fmip_binding *b,
			  const struct fmip_from *from, u8 direction)
{
	const struct fmip_plan *plan = rcu_dereference(b->plan);
	const struct fmip_accept *a = fmip_plan_accepts(plan);
	int i;

	if (READ_ONCE(b->dying))
		return false;
	if (likely(!plan->has_end))
		return true;
	for (i = 0; i < plan->n_accepts; i++, a++)
		if (a->tunnel->id == from->tunnel && a->key == from->key &&
		    a->has_key == from->has_key && a->direction == direction)
			return !a->has_end || time_before(jiffies, a->end);
	return false;
}

static struct fmip_binding *accepts(struct fmip_net *fn, u8 family,
				    const struct in6_addr *addr, u8 direction,
				    const struct fmip_from *from)
{
	struct fmip_match *m;

	m = fmip_match_accept(&fn->matches, family, addr, direction, from);
	return m && still_accepts(m->binding, from, direction) ? m->binding :
								  NULL;
}

/* The binding that accepts a packet out of a tunnel (RFC 5568 section 4). */
static struct fmip_binding *find_acceptor(struct fmip_net *fn,
					  const struct sk_buff *skb,
					  const struct opened *o,
					  struct fmip_from *from)
{
	const void *inner = skb_network_header(skb) + o->offset;
	const struct ipv6hdr *ip6h = inner;
	const struct iphdr *iph = inner;
	struct in6_addr saddr, daddr;
	struct fmip_binding *b;

	if (o->family == AF_INET6) {
		saddr = ip6h->saddr;
		daddr = ip6h->daddr;
	} else {
		fmip_packet_ip4(&saddr, iph->saddr);
		fmip_packet_ip4(&daddr, iph->daddr);
	}
	b = accepts(fn, o->family, &saddr, FMIP_DIRECTION_SRC, from);
	from->by_dst = !b;
	return b ?: accepts(fn, o->family, &daddr, FMIP_DIRECTION_DST, from);
}

/* RFC 6040 section 4.2; true if the packet must be dropped. */
static bool decapsulate_ecn(struct sk_buff *skb, const struct opened *o,
			    const void *outer)
{
	if (o->path->key.family == AF_INET6)
		return IP6_ECN_decapsulate(outer, skb) > 1;
	return IP_ECN_decapsulate(outer, skb) > 1;
}

/* Take the outer headers off. */
static enum fmip_drop strip(struct sk_buff *skb, const struct opened *o,
			    struct net_device *dev, u8 depth)
{
	u8 outer[sizeof(struct ipv6hdr)] __aligned(8);

	memcpy(outer, skb_network_header(skb),
	       o->path->key.family == AF_INET6 ? sizeof(struct ipv6hdr) :
						 sizeof(struct iphdr));
	if (__iptunnel_pull_header(skb, skb_network_offset(skb) + o->offset,
				   o->family == AF_INET6 ? htons(ETH_P_IPV6) :
							   htons(ETH_P_IP),
				   true, false))
		return FMIP_DROP_MALFORMED;
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	fmip_packet_cb(skb)->depth = depth;
	skb->dev = dev;
	skb->skb_iif = dev->ifindex;
	skb->pkt_type = PACKET_HOST;
	/* What has been said of the checksum was of that of the datagram. */
	if (o->path->key.carrier == FMIP_CARRIER_UDP)
		__skb_decr_checksum_unnecessary(skb);
	skb->csum_valid = 0;
	return decapsulate_ecn(skb, o, outer) ? FMIP_DROP_ECN : FMIP_DROP_NONE;
}

/* What ip6_rcv() does with a packet that has nothing unusual. */
static bool receive_ip6(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned int len = ntohs(ip6h->payload_len) + sizeof(*ip6h);

	if (ip6h->nexthdr == NEXTHDR_HOP || len == sizeof(*ip6h) ||
	    len > skb->len || !fmip_packet_plain_addr(&ip6h->saddr) ||
	    !fmip_packet_plain_addr(&ip6h->daddr) || pskb_trim_rcsum(skb, len))
		return false;
	IP6CB(skb)->iif = skb->dev->ifindex;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	skb_set_transport_header(skb, sizeof(*ip6h));
	return true;
}

/* The same for ip_rcv(). */
static bool receive_ip4(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int len = ntohs(iph->tot_len);

	if (iph->ihl != 5 || ip_fast_csum((u8 *)iph, iph->ihl) ||
	    len < sizeof(*iph) || len > skb->len || pskb_trim_rcsum(skb, len))
		return false;
	IPCB(skb)->iif = skb->dev->ifindex;
	skb_set_transport_header(skb, sizeof(*iph));
	return true;
}

static u8 transport(const struct sk_buff *skb, u8 family)
{
	return family == AF_INET6 ? ipv6_hdr(skb)->nexthdr :
				    ip_hdr(skb)->protocol;
}

/* Does anybody look at what is received on the fmip device? */
static bool watched(struct fmip_net *fn, const struct sk_buff *skb,
		    struct net_device *dev, u8 family)
{
	if (fmip_hooks_foreign(fn, family, NF_INET_PRE_ROUTING) ||
	    fmip_device_watched(dev))
		return true;
	/* For GRO, all of a connection must go the same way. */
	return transport(skb, family) == IPPROTO_TCP && !skb_is_gso(skb);
}

/* The packet goes by the way of all others, and what is known goes with it. */
static void receive_on_device(struct fmip_net *fn, struct sk_buff *skb,
			      struct net_device *dev,
			      const struct fmip_from *from)
{
	struct origin *origin;
	struct metadata_dst *md;

	md = metadata_dst_alloc(sizeof(*origin), METADATA_IP_TUNNEL,
				GFP_ATOMIC);
	if (!md) {
		fmip_drop(fn, NULL, skb, FMIP_DROP_NO_MEMORY);
		return;
	}
	md->u.tun_info.key.tun_id = key32_to_tunnel_id(htonl(from->key));
	md->u.tun_info.options_len = sizeof(*origin);
	origin = ip_tunnel_info_opts(&md->u.tun_info);
	*origin = (struct origin) {
		.tunnel = from->tunnel,
		.has_key = from->has_key,
		.by_dst = from->by_dst,
		.depth = from->depth,
	};
	skb_dst_set(skb, &md->dst);
	fmip_device_receive(dev, skb);
}

/* What is nested too deep has been accepted, and so received. */
static void drop(struct fmip_net *fn, struct sk_buff *skb, enum fmip_drop why)
{
	if (why == FMIP_DROP_NESTING)
		fmip_stats_packet(fn, NULL, FMIP_COUNT_RECEIVED, skb->len);
	fmip_drop(fn, NULL, skb, why);
}

/**
 * fmip_decap_route() - send a packet where the routing table says
 * @skb: packet that has been received on the fmip device; consumed
 * @family: AF_INET6 or AF_INET
 *
 * Context: RCU, bottom halves off.
 */
void fmip_decap_route(struct sk_buff *skb, u8 family)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(this_cpu_read(routing_depth) >= DEPTH_MAX)) {
		drop(fmip_net(dev_net(skb->dev)), skb, FMIP_DROP_NESTING);
		return;
	}
	if (family == AF_INET6) {
		ipv6_stub->ipv6_route_input(skb);
	} else if (ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos,
					skb->dev)) {
		kfree_skb(skb);
		return;
	}
	this_cpu_inc(routing_depth);
	dst_input(skb);
	this_cpu_dec(routing_depth);
}

/**
 * fmip_decap_go_on() - go on with a packet that has come out of a tunnel
 * @fn: namespace
 * @skb: packet that has been received on the fmip device; consumed
 * @family: AF_INET6 or AF_INET
 * @from: the tunnel
 *
 * Context: RCU, bottom halves off.
 */
void fmip_decap_go_on(struct fmip_net *fn, struct sk_buff *skb, u8 family,
		      const struct fmip_from *from)
{
	if (!fmip_hooks_take(fn, skb, family, from))
		fmip_decap_route(skb, family);
}

static void pass_on(struct fmip_net *fn, struct sk_buff *skb,
		    struct net_device *dev, u8 family,
		    const struct fmip_from *from)
{
	if (unlikely(watched(fn, skb, dev, family)) ||
	    !(family == AF_INET6 ? receive_ip6(skb) : receive_ip4(skb))) {
		receive_on_device(fn, skb, dev, from);
		return;
	}
	fmip_device_received(dev, skb->len);
	fmip_decap_go_on(fn, skb, family, from);
}

static bool policy_allows(struct sk_buff *skb, u8 family)
{
	return family == AF_INET6 ?
	       xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb) :
	       xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb);
}

/* A packet out of a tunnel of ours; false if it is not, after all. */
static bool receive(struct fmip_net *fn, struct sk_buff *skb, u8 family,
		    struct opened *o, u8 depth)
{
	struct net_device *dev = rcu_dereference(fn->dev);
	struct fmip_from from = { .in = dev, .depth = depth + 1 };
	struct fmip_binding *b;
	int why;

	why = open_carrier(skb, o);
	if (why < 0)
		return false;
	why = why ?: open_inner(skb, o);
	if (why)
		goto drop;
	from.tunnel = o->path->tunnel->id;
	from.key = o->key;
	from.has_key = o->has_key;
	b = find_acceptor(fn, skb, o, &from);
	if (!b && o->path->key.carrier == FMIP_CARRIER_UDP)
		return false;
	why = FMIP_DROP_NOT_ACCEPTED;
	if (!b || !policy_allows(skb, family))
		goto drop;
	why = depth < DEPTH_MAX ? strip(skb, o, dev, from.depth) :
				  FMIP_DROP_NESTING;
	if (why)
		goto drop;
	fmip_stats_packet(fn, b, FMIP_COUNT_DECAP, skb->len);
	pass_on(fn, skb, dev, o->family, &from);
	return true;

drop:
	drop(fn, skb, why);
	return true;
}

/*
 * Put the fragments of an outer packet together.  Returns 0 when it is whole; an
 * error if it is not, or never will be, and @skb is gone.
 */
static int gather(struct fmip_net *fn, struct sk_buff *skb)
{
	int err = nf_ct_frag6_gather(fn->net, skb, IP6_DEFRAG_LOCAL_DELIVER);

	if (err && err != -EINPROGRESS)
		fmip_drop(fn, NULL, skb, FMIP_DROP_FRAGMENT);
	return err;
}

/*
 * GRO, or the sender, may have made one packet of several datagrams, with a packet
 * in each.  What a tunnel's driver has made one is one, and says so.
 */
static bool is_aggregate(const struct sk_buff *skb, const struct opened *o)
{
	return skb_is_gso(skb) && o->path->key.carrier == FMIP_CARRIER_UDP &&
	       !(skb_shinfo(skb)->gso_type & (SKB_GSO_UDP_TUNNEL |
					      SKB_GSO_UDP_TUNNEL_CSUM));
}

/* As udp_rcv_segment(). */
static struct sk_buff *take_apart(struct sk_buff *skb)
{
	__skb_push(skb, -skb_mac_offset(skb));
	return __skb_gso_segment(skb, NETIF_F_SG | NETIF_F_IP_CSUM |
				 NETIF_F_IPV6_CSUM, false);
}

/* The stack gets those that are not for us. */
static void receive_each(struct fmip_net *fn, struct sk_buff *skb, u8 depth,
			 const struct nf_hook_state *state)
{
	struct sk_buff *segs = take_apart(skb), *next;

	if (IS_ERR_OR_NULL(segs)) {
		fmip_stats_drop(fn, NULL, segs == ERR_PTR(-ENOMEM) ?
				FMIP_DROP_NO_MEMORY : FMIP_DROP_MALFORMED,
				skb_shinfo(skb)->gso_segs ?: 1);
		kfree_skb(skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		struct opened o = {};

		skb_mark_not_on_list(skb);
		__skb_pull(skb, skb_network_offset(skb));
		/* Who put them together has looked at their checksums. */
		if (skb->ip_summed == CHECKSUM_NONE)
			skb->csum_valid = 1;
		/* To take them apart the place where it was has been used. */
		fmip_packet_cb(skb)->depth = depth;
		if (!open_ip4(fn, skb, &o) ||
		    !receive(fn, skb, AF_INET, &o, depth))
			state->okfn(state->net, state->sk, skb);
	}
}

static bool decap4(struct fmip_net *fn, struct sk_buff *skb, u8 depth,
		   const struct nf_hook_state *state)
{
	struct opened o = {};

	if (!open_ip4(fn, skb, &o))
		return false;
	if (likely(!is_aggregate(skb, &o)))
		return receive(fn, skb, AF_INET, &o, depth);
	/* One datagram that a device shall fragment: nobody sends tunnels so. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP)
		return false;
	receive_each(fn, skb, depth, state);
	return true;
}

/**
 * fmip_decap() - decapsulate a packet, if it comes out of a tunnel of ours
 * @fn: namespace
 * @skb: packet for this router, or one that would be if its destination is the
 *	local end of a tunnel; INPUT has seen it, or nobody listens there
 * @family: AF_INET6 or AF_INET
 * @depth: out of how many tunnels it came already
 * @state: of the hook, at the end of which this is
 *
 * Packets of a tunnel from which no binding accepts anything are left to the
 * stack, so that another tunnel driver may have the same two ends.
 *
 * Context: RCU, bottom halves off.
 * Return: true if @skb was consumed.
 */
bool fmip_decap(struct fmip_net *fn, struct sk_buff *skb, u8 family, u8 depth,
		const struct nf_hook_state *state)
{
	struct opened o = {};

	if (family == AF_INET)
		return decap4(fn, skb, depth, state);
	if (unlikely(ipv6_hdr(skb)->nexthdr == NEXTHDR_FRAGMENT) &&
	    may_be_ours(fn, skb) && gather(fn, skb))
		return true;
	return open_ip6(fn, skb, &o) && receive(fn, skb, family, &o, depth);
}

/**
 * fmip_decap_origin() - which tunnel a packet on the fmip device came out of
 * @skb: packet received on the fmip device
 * @from: what is known of it; the rest is filled in
 *
 * Context: RCU.
 */
void fmip_decap_origin(const struct sk_buff *skb, struct fmip_from *from)
{
	struct metadata_dst *md = skb_metadata_dst(skb);
	const struct origin *origin;

	if (!md || md->type != METADATA_IP_TUNNEL ||
	    md->u.tun_info.options_len != sizeof(*origin))
		return;
	origin = ip_tunnel_info_opts(&md->u.tun_info);
	from->tunnel = origin->tunnel;
	from->has_key = origin->has_key;
	from->key = ntohl(tunnel_id_to_key32(md->u.tun_info.key.tun_id));
	from->by_dst = origin->by_dst;
	from->depth = origin->depth;
}
