// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that change something: one, or a list of them in one message, each
 * of which is done or refused by itself.  The locks are taken here.
 */
#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "net.h"
#include "netlink.h"

/* Longest sentence of a refusal; what is longer is cut. */
#define TEXT_MAX	128

/* What one result takes at most. */
#define RESULT_MAX							\
	(nla_total_size(0) + nla_total_size(sizeof(s32)) +		\
	 nla_total_size(sizeof(u32)) + nla_total_size(sizeof(u16)) +	\
	 nla_total_size(TEXT_MAX))

/**
 * struct results - answers to a list of requests, message by message
 * @info: the message that has the list
 * @kind: what its entries are
 * @skb: the answer that is being written, or NULL
 * @hdr: its header
 * @list: its list of results
 * @n: how many are in it
 */
struct results {
	struct genl_info *info;
	const struct fmip_op_kind *kind;
	struct sk_buff *skb;
	void *hdr;
	struct nlattr *list;
	unsigned int n;
};

static void lock(struct fmip_net *fn, const struct fmip_op_kind *kind)
{
	if (kind->rtnl)
		rtnl_lock();
	mutex_lock(&fn->lock);
}

static void unlock(struct fmip_net *fn, const struct fmip_op_kind *kind)
{
	mutex_unlock(&fn->lock);
	if (kind->rtnl)
		rtnl_unlock();
}

static int results_begin(struct results *r)
{
	r->skb = fmip_netlink_answer(r->info, &r->hdr, r->info->genlhdr->cmd);
	if (!r->skb)
		return -ENOMEM;
	r->list = nla_nest_start(r->skb, r->kind->results);
	r->n = 0;
	return 0;
}

static int results_send(struct results *r)
{
	struct sk_buff *skb = r->skb;

	r->skb = NULL;
	nla_nest_end(skb, r->list);
	genlmsg_end(skb, r->hdr);
	return genlmsg_reply(skb, r->info);
}

/* Before a request is carried out: its result must not get lost. */
static int results_reserve(struct results *r)
{
	int err;

	if (skb_tailroom(r->skb) >= RESULT_MAX)
		return 0;
	err = results_send(r);
	return err ?: results_begin(r);
}

static void put_text(struct sk_buff *skb, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX - 1);
	struct nlattr *attr;

	attr = nla_reserve(skb, FMIP_RESULT_A_MESSAGE, len + 1);
	if (!attr)
		return;
	memcpy(nla_data(attr), text, len);
	((char *)nla_data(attr))[len] = '\0';
}

/* The attribute of the entry in which the one lies that is to blame. */
static u16 find_blamed(const struct fmip_op *op, u16 max)
{
	const u8 *bad = (const u8 *)op->extack->bad_attr, *attr;
	int i;

	for (i = 1; bad && i <= max; i++) {
		attr = (const u8 *)op->attrs[i];
		if (attr && bad >= attr && bad < attr + op->attrs[i]->nla_len)
			return i;
	}
	return bad ? 0 : op->extack->miss_type;
}

static void put_refusal(struct sk_buff *skb, const struct fmip_op *op, u16 max)
{
	u16 blamed = find_blamed(op, max);

	if (op->extack->_msg)
		put_text(skb, op->extack->_msg);
	if (blamed)
		nla_put_u16(skb, FMIP_RESULT_A_ATTR, blamed);
}

/**
 * struct granted - the result of what has been done, as it is in a message
 * @item: header of the member of the list
 * @error_attr: header of FMIP_RESULT_A_ERROR
 * @error: 0
 * @id_attr: header of FMIP_RESULT_A_ID
 * @id: the id
 */
struct granted {
	struct nlattr item;
	struct nlattr error_attr;
	u32 error;
	struct nlattr id_attr;
	u32 id;
};

/* There is room, see results_reserve(). */
static void add_granted(struct results *r, u32 id)
{
	static const struct granted like = {
		.item.nla_len = sizeof(struct granted),
		.error_attr.nla_len = NLA_HDRLEN + sizeof(u32),
		.error_attr.nla_type = FMIP_RESULT_A_ERROR,
		.id_attr.nla_len = NLA_HDRLEN + sizeof(u32),
		.id_attr.nla_type = FMIP_RESULT_A_ID,
	};
	struct granted *granted = skb_put(r->skb, sizeof(*granted));

	*granted = like;
	granted->item.nla_type = ++r->n | NLA_F_NESTED;
	granted->id = id;
}

static void results_add(struct results *r, const struct fmip_op *op, int err)
{
	struct nlattr *item;

	if (likely(!err && op->id)) {
		add_granted(r, op->id);
		return;
	}
	item = nla_nest_start(r->skb, ++r->n);
	nla_put_s32(r->skb, FMIP_RESULT_A_ERROR, err);
	if (op->id)
		nla_put_u32(r->skb, FMIP_RESULT_A_ID, op->id);
	if (err)
		put_refusal(r->skb, op, r->kind->max);
	nla_nest_end(r->skb, item);
}

static void reset_extack(struct netlink_ext_ack *extack)
{
	extack->_msg = NULL;
	extack->bad_attr = NULL;
	extack->policy = NULL;
	extack->miss_nest = NULL;
	extack->miss_type = 0;
}

static void note_named(struct fmip_op *op, const struct fmip_op_kind *kind)
{
	int i;

	op->named = 0;
	for (i = 1; i <= kind->max; i++)
		if (op->attrs[i])
			op->named |= BIT_ULL(i);
}

/* fmip_op.attrs is empty before and after. */
static void run_entry(struct fmip_op *op, struct results *r,
		      const struct nlattr *entry)
{
	struct nlattr *attr;
	int err, rem;

	reset_extack(op->extack);
	op->id = 0;
	op->named = 0;
	nla_for_each_nested(attr, entry, rem) {
		op->attrs[nla_type(attr)] = attr;
		op->named |= BIT_ULL(nla_type(attr));
	}
	err = entry->nla_type & NLA_F_NESTED ? r->kind->run(op) :
	      fmip_netlink_refuse(op->extack, entry, "NLA_F_NESTED is missing",
				  -EINVAL);
	results_add(r, op, err);
	nla_for_each_nested(attr, entry, rem)
		op->attrs[nla_type(attr)] = NULL;
}

static void end(struct fmip_op *op, const struct fmip_op_kind *kind)
{
	if (kind->end)
		kind->end(op);
}

static int run_entries(struct fmip_op *op, struct results *r,
		       const struct nlattr *list)
{
	const struct nlattr *entry;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_nested(entry, list, rem) {
		if (n && n % FMIP_NETLINK_BATCH == 0) {
			end(op, r->kind);
			unlock(op->fn, r->kind);
			cond_resched();
			lock(op->fn, r->kind);
		}
		n++;
		err = results_reserve(r);
		if (err)
			return err;
		run_entry(op, r, entry);
	}
	return 0;
}

static int run_list(struct fmip_op *op, struct genl_info *info,
		    const struct fmip_op_kind *kind)
{
	struct results r = { .info = info, .kind = kind };
	const struct nlattr *list = info->attrs[kind->entries];
	struct netlink_ext_ack extack = {};
	struct nlattr **attrs;
	int err;

	attrs = kcalloc(kind->max + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return -ENOMEM;
	op->attrs = attrs;
	op->extack = &extack;
	err = results_begin(&r);
	if (err)
		goto out;
	lock(op->fn, kind);
	err = run_entries(op, &r, list);
	end(op, kind);
	unlock(op->fn, kind);
	if (!err)
		err = results_send(&r);
out:
	nlmsg_free(r.skb);
	kfree(attrs);
	return err;
}

static int run_one(struct fmip_op *op, struct genl_info *info,
		   const struct fmip_op_kind *kind)
{
	bool echo = kind->put && info->nlhdr->nlmsg_flags & NLM_F_ECHO;
	struct sk_buff *skb = NULL;
	void *hdr;
	int err;

	op->attrs = info->attrs;
	op->extack = info->extack;
	note_named(op, kind);
	if (echo) {
		skb = fmip_netlink_answer(info, &hdr, kind->get);
		if (!skb)
			return -ENOMEM;
	}
	lock(op->fn, kind);
	err = kind->run(op);
	end(op, kind);
	if (!err && echo)
		err = kind->put(skb, op->fn, op->object);
	unlock(op->fn, kind);
	if (err || !echo) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int check_list(struct genl_info *info, const struct fmip_op_kind *kind)
{
	const struct nlattr *list = info->attrs[kind->entries], *entry;
	unsigned int n = 0;
	int i, rem;

	for (i = 1; i <= kind->max; i++)
		if (info->attrs[i] && i != kind->entries)
			return fmip_netlink_refuse(info->extack, info->attrs[i],
						   "this belongs into one of the entries",
						   -EINVAL);
	nla_for_each_nested(entry, list, rem)
		n++;
	if (n <= FMIP_ENTRIES_MAX)
		return 0;
	return fmip_netlink_refuse(info->extack, list, "too many entries",
				   -E2BIG);
}

/**
 * fmip_netlink_run() - carry out a request, or all of a list
 * @info: request, parsed
 * @kind: what it is
 *
 * Context: process.
 * Return: 0 or a negative error; for a list, 0 if each entry has its result.
 */
int fmip_netlink_run(struct genl_info *info, const struct fmip_op_kind *kind)
{
	bool list = info->attrs[kind->entries];
	struct fmip_op op = {
		.fn = fmip_net(genl_info_net(info)),
		.cmd = info->genlhdr->cmd,
	};
	int err;

	BUILD_BUG_ON(FMIP_BINDING_A_MAX > 63 || FMIP_TUNNEL_A_MAX > 63);
	if (list) {
		err = check_list(info, kind);
		if (err)
			return err;
	}
	if (kind->scratch) {
		op.scratch = kzalloc(kind->scratch, GFP_KERNEL);
		if (!op.scratch)
			return -ENOMEM;
	}
	err = list ? run_list(&op, info, kind) : run_one(&op, info, kind);
	kfree(op.scratch);
	return err;
}
