// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: what bindings do with packets.  They are made whole and never changed.
 * Two that are equal are one, and so are the policies within them: of a million
 * nodes behind one tunnel each costs no more than its match and its counters.
 */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "attach.h"
#include "compat.h"
#include "net.h"
#include "plan.h"
#include "tunnel.h"

static u32 hash_policy(const struct fmip_policy *policy, u32 seed)
{
	return jhash(policy, sizeof(*policy), seed);
}

static u32 policy_hash(const void *data, u32 len, u32 seed)
{
	return hash_policy(data, seed);
}

static u32 policy_obj_hash(const void *data, u32 len, u32 seed)
{
	const struct fmip_shared_policy *shared = data;

	return hash_policy(&shared->policy, seed);
}

static int policy_compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct fmip_shared_policy *shared = obj;

	return memcmp(&shared->policy, arg->key, sizeof(shared->policy));
}

static const struct rhashtable_params policy_params = {
	.head_offset = offsetof(struct fmip_shared_policy, node),
	.hashfn = policy_hash,
	.obj_hashfn = policy_obj_hash,
	.obj_cmpfn = policy_compare,
	.automatic_shrinking = true,
};

/* Only plans without links and accepts are shared, so this is all of one. */
static u32 hash_plan(const struct fmip_plan *plan, u32 seed)
{
	u32 hash = seed ^ plan->local ^ plan->n_targets << 1;
	int i;

	for (i = 0; i < plan->n_targets; i++) {
		unsigned long tunnel = (unsigned long)plan->target[i].tunnel;

		hash = jhash_3words(lower_32_bits(tunnel),
				    plan->target[i].key,
				    plan->target[i].type, hash);
	}
	return jhash_1word(lower_32_bits((unsigned long)plan->policy), hash);
}

static u32 plan_hash(const void *data, u32 len, u32 seed)
{
	return hash_plan(data, seed);
}

static bool same_target(const struct fmip_target *a,
			const struct fmip_target *b)
{
	return a->type == b->type && a->has_key == b->has_key &&
	       a->key == b->key && a->tunnel == b->tunnel;
}

static int plan_compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct fmip_plan *a = arg->key, *b = obj;
	int i;

	if (a->policy != b->policy || a->local != b->local ||
	    a->n_targets != b->n_targets)
		return 1;
	for (i = 0; i < a->n_targets; i++)
		if (!same_target(&a->target[i], &b->target[i]))
			return 1;
	return 0;
}

static const struct rhashtable_params plan_params = {
	.head_offset = offsetof(struct fmip_plan, node),
	.hashfn = plan_hash,
	.obj_hashfn = plan_hash,
	.obj_cmpfn = plan_compare,
	.automatic_shrinking = true,
};

/**
 * fmip_plan_tables_init() - make a namespace ready for plans
 * @fn: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_plan_tables_init(struct fmip_net *fn)
{
	int err = rhashtable_init(&fn->plans, &plan_params);

	if (err)
		return err;
	err = rhashtable_init(&fn->policies, &policy_params);
	if (err)
		rhashtable_destroy(&fn->plans);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_plan_tables_init);

/**
 * fmip_plan_tables_destroy() - undo fmip_plan_tables_init()
 * @fn: namespace without plans
 *
 * Context: process.
 */
void fmip_plan_tables_destroy(struct fmip_net *fn)
{
	rhashtable_destroy(&fn->plans);
	rhashtable_destroy(&fn->policies);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_plan_tables_destroy);

static const struct fmip_policy *get_policy(struct fmip_net *fn,
					    const struct fmip_policy *policy)
{
	struct fmip_shared_policy *shared;
	int err;

	shared = rhashtable_lookup_fast(&fn->policies, policy, policy_params);
	if (shared) {
		shared->users++;
		return &shared->policy;
	}
	shared = kmalloc(sizeof(*shared), GFP_KERNEL_ACCOUNT);
	if (!shared)
		return ERR_PTR(-ENOMEM);
	shared->users = 1;
	/* Padding included: it is compared as a whole. */
	memcpy(&shared->policy, policy, sizeof(*policy));
	err = rhashtable_insert_fast(&fn->policies, &shared->node,
				     policy_params);
	if (err) {
		kfree(shared);
		return ERR_PTR(err);
	}
	return &shared->policy;
}

static void put_policy(struct fmip_net *fn, const struct fmip_policy *policy)
{
	struct fmip_shared_policy *shared;

	shared = container_of(policy, struct fmip_shared_policy, policy);
	if (--shared->users)
		return;
	rhashtable_remove_fast(&fn->policies, &shared->node, policy_params);
	kfree_rcu(shared, rcu);
}

static void get_tunnels(struct fmip_net *fn, struct fmip_plan *plan)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_TUNNEL)
			fmip_tunnel_get(plan->target[i].tunnel);
	for (i = 0; i < plan->n_accepts; i++)
		fmip_tunnel_get_accept(fn, fmip_plan_accepts(plan)[i].tunnel);
}

static void put_tunnels(struct fmip_net *fn, struct fmip_plan *plan)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_TUNNEL)
			fmip_tunnel_put(plan->target[i].tunnel);
	for (i = 0; i < plan->n_accepts; i++)
		fmip_tunnel_put_accept(fn, fmip_plan_accepts(plan)[i].tunnel);
}

static size_t size_without_links(const struct fmip_plan *plan)
{
	return struct_size(plan, target, plan->n_targets) +
	       plan->n_accepts * sizeof(struct fmip_accept);
}

/* The links move into the allocation of the plan. */
static void copy_links(struct fmip_plan *plan)
{
	struct fmip_link *link;
	int i;

	link = (struct fmip_link *)((u8 *)plan + size_without_links(plan));
	for (i = 0; i < plan->n_targets; i++) {
		if (plan->target[i].type != FMIP_TARGET_LINK)
			continue;
		*link = *plan->target[i].link;
		plan->target[i].link = link++;
	}
}

static void note_ends(struct fmip_plan *plan)
{
	int i;

	plan->has_end = false;
	for (i = 0; i < plan->n_targets; i++)
		plan->has_end |= plan->target[i].has_end;
	for (i = 0; i < plan->n_accepts; i++)
		plan->has_end |= fmip_plan_accepts(plan)[i].has_end;
}

static struct fmip_plan *copy(const struct fmip_plan *draft)
{
	size_t size = size_without_links(draft);
	struct fmip_plan *plan;

	plan = kmalloc(size + draft->n_links * sizeof(struct fmip_link),
		       GFP_KERNEL_ACCOUNT);
	if (!plan)
		return NULL;
	memcpy(plan, draft, size);
	plan->users = 1;
	copy_links(plan);
	note_ends(plan);
	plan->shared = !plan->n_links && !plan->n_accepts && !plan->has_end;
	return plan;
}

static struct fmip_plan *find_shared(struct fmip_net *fn,
				     const struct fmip_plan *draft)
{
	int i;

	if (draft->n_links || draft->n_accepts)
		return NULL;
	for (i = 0; i < draft->n_targets; i++)
		if (draft->target[i].has_end)
			return NULL;
	return rhashtable_lookup_fast(&fn->plans, draft, plan_params);
}

/**
 * fmip_plan_get() - one more binding has a plan
 * @fn: namespace
 * @plan: plan
 *
 * What the plan names is in use once for each binding that has it.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_plan_get(struct fmip_net *fn, struct fmip_plan *plan)
{
	lockdep_assert_held(&fn->lock);
	plan->users++;
	get_tunnels(fn, plan);
}

/**
 * fmip_plan_make() - turn a draft into a plan
 * @fn: namespace
 * @draft: plan whose policy is not set; what it points to is copied
 * @policy: how to buffer
 *
 * Context: process, the namespace's lock held.
 * Return: the plan, with uses of its tunnels, for the caller to put; an
 * ERR_PTR() if there is no memory.
 */
struct fmip_plan *fmip_plan_make(struct fmip_net *fn,
				 const struct fmip_plan *draft,
				 const struct fmip_policy *policy)
{
	struct fmip_plan *plan;
	int err = -ENOMEM;

	lockdep_assert_held(&fn->lock);
	policy = get_policy(fn, policy);
	if (IS_ERR(policy))
		return ERR_CAST(policy);
	((struct fmip_plan *)draft)->policy = policy;
	plan = find_shared(fn, draft);
	if (plan) {
		put_policy(fn, policy);
		fmip_plan_get(fn, plan);
		return plan;
	}
	plan = copy(draft);
	if (!plan)
		goto err_policy;
	if (plan->shared) {
		err = rhashtable_insert_fast(&fn->plans, &plan->node,
					     plan_params);
		if (err)
			goto err_plan;
	}
	get_tunnels(fn, plan);
	return plan;

err_plan:
	kfree(plan);
err_policy:
	put_policy(fn, policy);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_plan_make);

/**
 * fmip_plan_put() - a binding has a plan no longer
 * @fn: namespace
 * @plan: plan, or NULL; packets may look at it for the rest of a grace period
 *
 * Context: process, the namespace's lock held.
 */
void fmip_plan_put(struct fmip_net *fn, struct fmip_plan *plan)
{
	lockdep_assert_held(&fn->lock);
	if (!plan)
		return;
	put_tunnels(fn, plan);
	if (--plan->users)
		return;
	if (plan->shared)
		rhashtable_remove_fast(&fn->plans, &plan->node, plan_params);
	put_policy(fn, plan->policy);
	kfree_rcu(plan, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_plan_put);

/**
 * fmip_plan_names_dev() - does a plan name a device?
 * @plan: plan
 * @dev: device
 *
 * Return: true if so.
 */
bool fmip_plan_names_dev(const struct fmip_plan *plan,
			 const struct net_device *dev)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_LINK &&
		    plan->target[i].link->dev == dev)
			return true;
	return plan->policy->attach.ifindex == dev->ifindex;
}

/**
 * fmip_plan_names_tunnel() - does a plan name a tunnel?
 * @plan: plan
 * @id: of the tunnel
 *
 * Return: true if so.
 */
bool fmip_plan_names_tunnel(const struct fmip_plan *plan, u32 id)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_TUNNEL &&
		    plan->target[i].tunnel->id == id)
			return true;
	for (i = 0; i < plan->n_accepts; i++)
		if (fmip_plan_accepts(plan)[i].tunnel->id == id)
			return true;
	return false;
}
