/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_REQUEST_H
#define _FMIP_REQUEST_H

#include <linux/list.h>
#include <linux/types.h>
#include <net/netlink.h>

#include "match.h"
#include "plan.h"

struct fmip_binding;
struct fmip_net;
struct fmip_op;
struct fmip_path;
struct fmip_tunnel;
struct net_device;

/**
 * struct fmip_request - what a request wants of a binding
 * @op: the request
 * @b: the binding, or NULL if it is to be made
 * @replace: what is not named gets its default
 * @has_matches: @match replaces what there is
 * @has_gate: the gate is to be moved
 * @gate: enum fmip_gate, if @has_gate
 * @n_matches: how many @match are
 * @n_proxies: how many proxies are named
 * @replay_ns: as fmip_queue_open() has it
 * @plain: @policy is the default
 * @last: the plan of an earlier request in the same message, with a use; or
 *	NULL.  What differs from it in nothing has no need to look for it.
 * @match: the new matches, of which only the keys are set
 * @match_attr: the attributes that they are from
 * @accept_attr: the same of the accepts of @draft, if they are new
 * @link: what the targets of @draft point to
 * @policy: how to buffer
 * @list: the new matches, accepts included, or NULL if they stay, or a new
 *	binding has but one
 * @plan: the new plan
 * @proxies: the new proxies
 * @draft: what @plan is made from.  Must be the last member: its targets and
 *	accepts follow.
 *
 * fmip_request_read() fills all up to @policy, and @draft, and changes nothing.
 * What the others make, and nobody took over, fmip_request_end() gives back.
 * All but @policy, @plain and @last is set for each request anew.
 */
struct fmip_request {
	struct fmip_op *op;
	struct fmip_binding *b;
	bool replace;
	bool has_matches;
	bool has_gate;
	u8 gate;
	unsigned int n_matches;
	unsigned int n_proxies;
	u64 replay_ns;
	bool plain;
	struct fmip_plan *last;
	struct fmip_match match[FMIP_MATCHES_MAX];
	const struct nlattr *match_attr[FMIP_MATCHES_MAX];
	const struct nlattr *accept_attr[FMIP_ACCEPTS_MAX];
	struct fmip_link link[FMIP_TARGETS_MAX];
	struct fmip_policy policy;
	struct fmip_match_list *list;
	struct fmip_plan *plan;
	struct list_head proxies;
	struct fmip_plan draft;
};

/* With room for what follows the draft. */
#define FMIP_REQUEST_SIZE					\
	(sizeof(struct fmip_request) +				\
	 FMIP_TARGETS_MAX * sizeof(struct fmip_target) +	\
	 FMIP_ACCEPTS_MAX * sizeof(struct fmip_accept))

/* request.c */
void fmip_request_begin(struct fmip_request *req, struct fmip_op *op,
			struct fmip_binding *b, bool replace);
int fmip_request_read(struct fmip_request *req);
int fmip_request_make(struct fmip_request *req);
u8 fmip_request_hooks(const struct fmip_request *req);
void fmip_request_end(struct fmip_request *req);
void fmip_request_forget(struct fmip_op *op);

/* request_match.c */
int fmip_request_read_matches(struct fmip_request *req);
int fmip_request_read_key(struct fmip_match_key *key,
			  const struct nlattr *nest, struct fmip_net *fn,
			  bool new, struct netlink_ext_ack *extack);
int fmip_request_blame(const struct fmip_request *req,
		       const struct fmip_binding *b, int err);

/* request_plan.c */
int fmip_request_read_plan(struct fmip_request *req);

/* request_policy.c */
int fmip_request_read_policy(struct fmip_request *req);

/* request_proxy.c */
int fmip_request_read_proxies(struct fmip_request *req,
			      struct fmip_binding *b);

/* request_tunnel.c */
struct fmip_path *fmip_request_path(const struct fmip_op *op,
				    const struct fmip_path *old);

/* request_name.c */
unsigned int fmip_request_count(const struct nlattr *list);
struct net_device *fmip_request_dev(struct fmip_net *fn,
				    const struct nlattr *attr,
				    const struct nlattr *nest,
				    struct netlink_ext_ack *extack);
int fmip_request_lladdr(const struct nlattr *attr,
			const struct net_device *dev, u8 *lladdr, bool *has,
			struct netlink_ext_ack *extack);
struct fmip_tunnel *fmip_request_tunnel(struct fmip_net *fn,
					const struct nlattr *attr,
					const struct nlattr *nest,
					const struct nlattr *key,
					struct netlink_ext_ack *extack);
void fmip_request_end_of(const struct nlattr *attr, bool *has_end,
			 unsigned long *end);

#endif /* _FMIP_REQUEST_H */
