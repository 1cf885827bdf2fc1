// SPDX-License-Identifier: GPL-2.0-only
/*
 * What XFRM must do for signalling.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/xfrm.h>
#include <netlink/attr.h>

#include "log.h"
#include "netlink.h"
#include "policy.h"
#include "rival.h"

/* So often is tried what failed, and is looked if a rival is still there. */
#define AGAIN_NS	1000000000ull

/*
 * A router, which security associations are for it, if a rival goes before ours, if that
 * has been seen, since nothing is known without a list, and if it has been said.
 */
struct peer {
	struct in6_addr address;
	uint32_t reqid;
	bool rival;
	bool seen;
	bool said;
};

struct policies {
	struct nl_sock *ask;
	struct nl_sock *told;
	struct loop *loop;
	struct loop_watch *watch;
	struct alarm again;
	bool looks;
	void (*exposed)(void *arg);
	void *arg;
	uint8_t home_header;
	bool home;
	bool intact;
	unsigned int harms;
	struct peer *peers;
	size_t peers_count;
};

/*
 * What is demanded of routers goes before what is let in from nodes, and all that the
 * operator has decided about those does, too.
 */
#define PRIORITY_ROUTER	0
#define PRIORITY_NODE	0x7fffffff

static int ask(const struct policies *p, int type, void *header, size_t len, int attr,
	       const void *data, size_t data_len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	if (msg && (nlmsg_append(msg, header, len, NLMSG_ALIGNTO) ||
		    (data && nla_put(msg, attr, data_len, data)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return netlink_ask(p->ask, msg, NULL, NULL);
}

/*
 * Whatever its type: from Linux 6.8 on the kernel does not look for that in what comes
 * in, and a policy that names one would not apply.
 */
static struct xfrm_selector select_mh(void)
{
	return (struct xfrm_selector){ .family = AF_INET6, .proto = IPPROTO_MH };
}

static struct xfrm_selector select_peer(int direction, const struct in6_addr *peer)
{
	struct xfrm_selector s = select_mh();

	if (direction == XFRM_POLICY_IN) {
		memcpy(&s.saddr, peer, sizeof(*peer));
		s.prefixlen_s = 128;
	} else {
		memcpy(&s.daddr, peer, sizeof(*peer));
		s.prefixlen_d = 128;
	}
	return s;
}

static int set_policy(const struct policies *p, const struct xfrm_selector *selector,
		      int direction, uint32_t priority,
		      const struct xfrm_user_tmpl *template)
{
	struct xfrm_userpolicy_info info = {
		.sel = *selector,
		.lft = {
			.soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
			.soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF,
		},
		.priority = priority,
		.dir = direction,
		.action = XFRM_POLICY_ALLOW,
	};

	/* One that a killed daemon has left is made anew. */
	return ask(p, XFRM_MSG_UPDPOLICY, &info, sizeof(info), XFRMA_TMPL, template,
		   sizeof(*template));
}

static int delete_policy(const struct policies *p, const struct xfrm_selector *selector,
			 int direction)
{
	struct xfrm_userpolicy_id id = { .sel = *selector, .dir = direction };

	return ask(p, XFRM_MSG_DELPOLICY, &id, sizeof(id), 0, NULL, 0);
}

/* Home addresses. */

static struct xfrm_usersa_info any_home(const struct policies *p)
{
	return (struct xfrm_usersa_info){
		.sel.family = AF_INET6,
		.id.proto = p->home_header,
		.lft = {
			.soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
			.soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF,
		},
		.family = AF_INET6,
		.mode = XFRM_MODE_ROUTEOPTIMIZATION,
		.flags = XFRM_STATE_WILDRECV,
	};
}

/*
 * Without a state the kernel drops what has a Home Address option, or a type 2 routing
 * header, and without a policy the FBU or FBack in it.  A state that is there is a Mobile
 * IPv6 daemon's, and as good.
 */
static int open_home(struct policies *p)
{
	const struct xfrm_user_tmpl template = {
		.id.proto = p->home_header,
		.family = AF_INET6,
		.mode = XFRM_MODE_ROUTEOPTIMIZATION,
		.optional = 1,
	};
	struct xfrm_selector mh = select_mh();
	struct xfrm_usersa_info state = any_home(p);
	xfrm_address_t any = {};
	int err;

	err = ask(p, XFRM_MSG_NEWSA, &state, sizeof(state), XFRMA_COADDR, &any, sizeof(any));
	p->home = p->home || !err;
	if (err && err != -EEXIST)
		return err;
	return set_policy(p, &mh, XFRM_POLICY_IN, PRIORITY_NODE, &template);
}

static void close_home(struct policies *p)
{
	struct xfrm_usersa_id id = { .family = AF_INET6, .proto = p->home_header };
	struct xfrm_selector mh = select_mh();
	xfrm_address_t any = {};
	int err = delete_policy(p, &mh, XFRM_POLICY_IN);

	if (err && err != -ENOENT)
		log_error("xfrm", "policy", err);
	err = p->home ? ask(p, XFRM_MSG_DELSA, &id, sizeof(id), XFRMA_SRCADDR, &any,
			    sizeof(any)) : 0;
	if (err && err != -ESRCH)
		log_error("xfrm", "state", err);
}

/* Routers. */

static int protect(const struct policies *p, const struct peer *peer)
{
	const struct xfrm_user_tmpl esp = {
		.id.proto = IPPROTO_ESP,
		.family = AF_INET6,
		.reqid = peer->reqid,
		.mode = XFRM_MODE_TRANSPORT,
		.aalgos = ~0u,
		.ealgos = ~0u,
		.calgos = ~0u,
	};
	static const int directions[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };
	struct xfrm_selector selector;
	size_t i;
	int err;

	for (i = 0; i < 2; i++) {
		selector = select_peer(directions[i], &peer->address);
		err = set_policy(p, &selector, directions[i], PRIORITY_ROUTER, &esp);
		if (err)
			return err;
	}
	return 0;
}

static void expose(const struct policies *p, const struct peer *peer)
{
	static const int directions[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };
	struct xfrm_selector selector;
	size_t i;
	int err;

	for (i = 0; i < 2; i++) {
		selector = select_peer(directions[i], &peer->address);
		err = delete_policy(p, &selector, directions[i]);
		if (err && err != -ENOENT)
			log_error("xfrm", "policy", err);
	}
}

static const struct peer *find(const struct peer *peers, size_t count,
			       const struct in6_addr *address)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (IN6_ARE_ADDR_EQUAL(&peers[i].address, address))
			return &peers[i];
	return NULL;
}

static bool is_protected(const struct policies *p, const struct peer *peer)
{
	const struct peer *found = find(p->peers, p->peers_count, &peer->address);

	return found && found->reqid == peer->reqid;
}

/* Those that speak the protocol. */
static size_t list_peers(const struct config *config, struct peer *peers)
{
	const struct config_neighbour *neighbour;
	size_t i, count = 0;

	if (config->ipsec != CONFIG_IPSEC_REQUIRED)
		return 0;
	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		if (neighbour->fmip)
			peers[count++] = (struct peer){
				.address = neighbour->address, .reqid = neighbour->reqid,
			};
	}
	return count;
}

/*
 * Of a router that is not protected nothing is taken, so that it is left out.  @fresh
 * becomes whether there is one that was not protected so before.
 */
static int protect_all(const struct policies *p, struct peer *peers, size_t *count,
		       bool *fresh)
{
	size_t i, kept = 0;
	int err, first = 0;
	bool before;

	*fresh = false;
	for (i = 0; i < *count; i++) {
		before = is_protected(p, &peers[i]);
		*fresh = *fresh || !before;
		err = before ? 0 : protect(p, &peers[i]);
		if (!err)
			peers[kept++] = peers[i];
		else
			expose(p, &peers[i]);
		first = first ?: err;
	}
	*count = kept;
	return first;
}

/* Rivals. */

/* Whether there is one is news: what has come may be from the time when there was. */
static void note_rival(struct policies *p, struct peer *peer, bool there)
{
	struct log_line line;

	p->harms += peer->rival != there;
	peer->rival = there;
	peer->said = peer->said && there;
	if (!there || !peer->seen || peer->said)
		return;
	peer->said = true;
	log_begin(&line, LOG_WARNING, "xfrm", loop_now());
	log_text(&line, "what",
		 "a policy with priority 0 lets pass what is not in its ESP");
	log_address(&line, "peer", &peer->address);
	log_end(&line);
}

static void on_listed(struct nlmsghdr *nlh, void *arg)
{
	struct policies *p = arg;
	size_t i;

	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY)
		return;
	for (i = 0; i < p->peers_count; i++)
		if (rival_lets_pass(nlh, &p->peers[i].address, p->peers[i].reqid))
			p->peers[i].seen = true;
}

static int list(struct policies *p)
{
	struct nl_msg *msg = nlmsg_alloc_simple(XFRM_MSG_GETPOLICY, NLM_F_DUMP);
	struct xfrm_userpolicy_id any = {};

	if (msg && nlmsg_append(msg, &any, sizeof(any), NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return netlink_ask(p->ask, msg, on_listed, p);
}

/*
 * What a list misses because it has changed meanwhile is told, too.  Without one there
 * may be any.
 */
static int find_rivals(struct policies *p)
{
	size_t i;
	int err;

	for (i = 0; i < p->peers_count; i++)
		p->peers[i].seen = false;
	err = p->peers_count ? list(p) : 0;
	err = err == -EINTR ? 0 : err;
	for (i = 0; i < p->peers_count; i++)
		note_rival(p, &p->peers[i], err || p->peers[i].seen);
	return err;
}

static bool have_rivals(const struct policies *p)
{
	size_t i;

	for (i = 0; i < p->peers_count; i++)
		if (p->peers[i].rival)
			return true;
	return false;
}

/* A rival that expires is told of to nobody, nor is it told when a list can be had again. */
static void look_later(struct policies *p)
{
	if (p->looks || !have_rivals(p))
		return;
	p->looks = true;
	loop_alarm_set(p->loop, &p->again, loop_now() + AGAIN_NS);
}

int policies_configure(struct policies *policies, const struct config *config)
{
	struct peer *peers = calloc(config->neighbours_count + 1, sizeof(*peers));
	unsigned int harms = policies->harms;
	const struct peer *before;
	int err, unknown;
	size_t i, count;
	bool fresh;

	if (!peers)
		return -ENOMEM;
	count = list_peers(config, peers);
	err = protect_all(policies, peers, &count, &fresh);
	for (i = 0; i < policies->peers_count; i++)
		if (!find(peers, count, &policies->peers[i].address))
			expose(policies, &policies->peers[i]);
	for (i = 0; i < count; i++) {
		before = find(policies->peers, policies->peers_count, &peers[i].address);
		peers[i].rival = before && before->rival;
		peers[i].said = before && before->said;
	}
	free(policies->peers);
	policies->peers = peers;
	policies->peers_count = count;
	unknown = find_rivals(policies);
	look_later(policies);
	if (fresh || policies->harms != harms)
		policies->exposed(policies->arg);
	return err ?: unknown;
}

/* What others do to them. */

/* Its ports and the like are not compared: who takes those does mean ours. */
static bool selects(const struct xfrm_selector *a, const struct xfrm_selector *b)
{
	return a->family == b->family && a->proto == b->proto &&
	       a->prefixlen_s == b->prefixlen_s && a->prefixlen_d == b->prefixlen_d &&
	       !memcmp(&a->saddr, &b->saddr, sizeof(a->saddr)) &&
	       !memcmp(&a->daddr, &b->daddr, sizeof(a->daddr));
}

/* Whether it is, or is in the place of, one that was put there. */
static bool is_ours(const struct policies *p, const struct xfrm_userpolicy_info *info)
{
	struct xfrm_selector ours = select_mh();
	size_t i;

	if (info->dir == XFRM_POLICY_IN && selects(&info->sel, &ours))
		return true;
	for (i = 0; i < p->peers_count; i++) {
		ours = select_peer(info->dir, &p->peers[i].address);
		if (selects(&info->sel, &ours))
			return true;
	}
	return false;
}

/* One that is deleted has its selector behind the header, not aligned as it should be. */
static bool is_deleted(const struct policies *p, struct nlmsghdr *nlh)
{
	struct nlattr *attr = nlmsg_find_attr(nlh, sizeof(struct xfrm_userpolicy_id),
					      XFRMA_POLICY);
	struct xfrm_userpolicy_info info;

	if (!attr || nla_len(attr) < (int)sizeof(info))
		return true;
	nla_memcpy(&info, attr, sizeof(info));
	return is_ours(p, &info);
}

static bool is_changed(const struct policies *p, struct nlmsghdr *nlh)
{
	const struct xfrm_userpolicy_info *info = nlmsg_data(nlh);

	return nlmsg_datalen(nlh) < (int)sizeof(*info) || is_ours(p, info);
}

static void look_for_rival(struct policies *p, struct nlmsghdr *nlh)
{
	size_t i;

	for (i = 0; i < p->peers_count; i++) {
		if (!rival_lets_pass(nlh, &p->peers[i].address, p->peers[i].reqid))
			continue;
		p->peers[i].seen = true;
		note_rival(p, &p->peers[i], true);
	}
}

static bool is_harmed(const struct policies *p, struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case XFRM_MSG_FLUSHPOLICY:
		return true;
	case XFRM_MSG_DELPOLICY:
		return is_deleted(p, nlh);
	case XFRM_MSG_UPDPOLICY:
	case XFRM_MSG_NEWPOLICY:
		return is_changed(p, nlh);
	default:
		return false;
	}
}

static void harm(struct policies *p)
{
	p->intact = false;
	p->harms++;
}

static void on_message(struct nlmsghdr *nlh, void *arg)
{
	struct policies *p = arg;

	if (nlh->nlmsg_pid == nl_socket_get_local_port(p->ask))
		return;
	if (is_harmed(p, nlh))
		harm(p);
	else if (nlh->nlmsg_type != XFRM_MSG_DELPOLICY)
		look_for_rival(p, nlh);
}

static void put_back(struct policies *p)
{
	int err = open_home(p);
	struct log_line line;
	size_t i;

	for (i = 0; !err && i < p->peers_count; i++)
		err = protect(p, &p->peers[i]);
	if (!err)
		err = find_rivals(p);
	if (err) {
		log_error("xfrm", "policies cannot be put back", err);
		loop_alarm_set(p->loop, &p->again, loop_now() + AGAIN_NS);
		return;
	}
	p->intact = true;
	p->exposed(p->arg);
	log_begin(&line, LOG_NOTICE, "xfrm", loop_now());
	log_text(&line, "what", "policies that somebody has changed are put back");
	log_end(&line);
}

static void look(struct policies *p)
{
	unsigned int harms = p->harms;
	bool before = p->intact;
	int err = netlink_receive(p->told, on_message, p);

	/* What is lost may have been that. */
	if (err)
		harm(p);
	if (before && !p->intact)
		put_back(p);
	else if (p->harms != harms)
		p->exposed(p->arg);
	look_later(p);
}

static void on_told(void *arg)
{
	look(arg);
}

/* A list that cannot be had is asked for again, with all else. */
static void look_again(struct policies *p)
{
	unsigned int harms = p->harms;

	if (find_rivals(p)) {
		harm(p);
		put_back(p);
	} else if (p->harms != harms) {
		p->exposed(p->arg);
	}
}

static void on_again(struct alarm *alarm)
{
	struct policies *p = (struct policies *)((char *)alarm -
						 offsetof(struct policies, again));

	p->looks = false;
	if (p->intact)
		look_again(p);
	else
		put_back(p);
	look_later(p);
}

static int listen_to(struct policies *p)
{
	static const int groups[] = { XFRMNLGRP_POLICY, 0 };
	int err = netlink_listen(NETLINK_XFRM, groups, &p->told);

	if (err)
		return err;
	p->watch = loop_watch(p->loop, nl_socket_get_fd(p->told), on_told, p);
	return p->watch ? 0 : -ENOMEM;
}

int policies_open(struct loop *loop, const struct config *config,
		  void (*exposed)(void *arg), void *arg, struct policies **policies)
{
	struct policies *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->loop = loop;
	p->home_header = config->roles & CONFIG_MN ? IPPROTO_ROUTING : IPPROTO_DSTOPTS;
	p->exposed = exposed;
	p->arg = arg;
	p->again.ring = on_again;
	p->intact = true;
	err = netlink_open(NETLINK_XFRM, &p->ask);
	if (err) {
		free(p);
		return err;
	}
	err = listen_to(p);
	if (!err)
		err = open_home(p);
	if (!err)
		err = policies_configure(p, config);
	if (err) {
		policies_close(p);
		return err;
	}
	*policies = p;
	return 0;
}

void policies_close(struct policies *policies)
{
	size_t i;

	if (!policies)
		return;
	for (i = 0; i < policies->peers_count; i++)
		expose(policies, &policies->peers[i]);
	close_home(policies);
	loop_alarm_stop(&policies->again);
	loop_forget(policies->watch);
	nl_socket_free(policies->told);
	nl_socket_free(policies->ask);
	free(policies->peers);
	free(policies);
}

bool policies_protect(struct policies *policies, const struct in6_addr *peer)
{
	unsigned int before = policies->harms;
	const struct peer *found;

	/* What has come may have done so since they were harmed. */
	look(policies);
	found = find(policies->peers, policies->peers_count, peer);
	return policies->intact && policies->harms == before && found && !found->rival;
}

int policies_apply(int fd)
{
	/* It is for nothing, but one that has its own is never passed by. */
	static const struct xfrm_userpolicy_info info = {
		.sel = { .family = AF_INET6, .proto = IPPROTO_NONE },
		.lft = {
			.soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
			.soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF,
		},
		.dir = XFRM_POLICY_IN,
		.action = XFRM_POLICY_BLOCK,
	};

	return setsockopt(fd, IPPROTO_IPV6, IPV6_XFRM_POLICY, &info, sizeof(info)) ?
	       -errno : 0;
}
