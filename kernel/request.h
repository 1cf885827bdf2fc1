/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_REQUEST_H
#define _FMIP_REQUEST_H

#include <linux/list.h>
#include <linux/types.h>
#include <net/genetlink.h>

#include "match.h"

struct fmip_binding;
struct fmip_net;
struct fmip_plan;

/**
 * struct fmip_request - what a request wants of a binding, checked
 * @matches: the new list, or NULL to leave it
 * @plan: the new plan
 * @proxies: the new list, if @has_proxies
 * @has_proxies: it replaces what there is
 * @gate: FMIP_GATE_OPEN or FMIP_GATE_HOLD, if @has_gate
 * @has_gate: the gate is to be moved
 *
 * What it owns is given back by fmip_request_free(), unless it was taken over
 * and cleared here.
 */
struct fmip_request {
	struct fmip_match_list *matches;
	struct fmip_plan *plan;
	struct list_head proxies;
	bool has_proxies;
	u8 gate;
	bool has_gate;
};

int fmip_request_read(struct fmip_request *req, struct fmip_net *fn,
		      struct fmip_binding *b, bool replace,
		      struct genl_info *info);
int fmip_request_read_proxies(struct fmip_request *req, struct fmip_binding *b,
			      struct genl_info *info);
void fmip_request_free(struct fmip_request *req, struct fmip_net *fn);
int fmip_request_read_key(struct fmip_match_key *key,
			  const struct nlattr *nest, struct net *net,
			  bool new, struct netlink_ext_ack *extack);

#endif /* _FMIP_REQUEST_H */
