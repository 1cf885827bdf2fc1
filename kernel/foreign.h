/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who else listens at a hook: where nobody does, going around it passes nobody by.
 */
#ifndef _FMIP_FOREIGN_H
#define _FMIP_FOREIGN_H

#include <linux/netfilter.h>

#include "net.h"

/**
 * fmip_hooks_foreign() - is there a hook that is not ours?
 * @fn: namespace
 * @family: AF_INET6 or AF_INET
 * @hook: NF_INET_PRE_ROUTING or NF_INET_LOCAL_IN
 *
 * Context: RCU.
 * Return: true if so.
 */
static inline bool fmip_hooks_foreign(struct fmip_net *fn, u8 family,
				      unsigned int hook)
{
	const struct netns_nf *nf = &fn->net->nf;
	const struct nf_hook_entries *e;
	u8 bit;

	if (family == AF_INET6) {
		e = rcu_dereference(nf->hooks_ipv6[hook]);
		bit = FMIP_HOOKS_IP6;
	} else {
		e = rcu_dereference(nf->hooks_ipv4[hook]);
		bit = FMIP_HOOKS_IP4;
	}
	return e && e->num_hook_entries > !!(READ_ONCE(fn->hooked) & bit);
}

#endif /* _FMIP_FOREIGN_H */
