// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "stable.h"

/* Padding can be put before every option and behind the last one. */
#define MH_GROWTH	(7 * (MOBOPTS_MAX + 1))

/* Every option with the longest address. */
#define ND_SIZE		(24 + NDOPTS_MAX * (3 + LLA_MAX + 5))

static bool raw_same(const struct mobopt_raw *a, const struct mobopt_raw *b)
{
	return a->len == b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

static bool vendor_same(const struct mobopt_vendor *a, const struct mobopt_vendor *b)
{
	return a->id == b->id && a->subtype == b->subtype && a->len == b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

/* Most options that are known have no pointers in them. */
static bool mobopt_same(const struct mobopt *a, const struct mobopt *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case MOBOPT_ALTCOA:
	case MOBOPT_LLA:
	case MOBOPT_BADF:
	case MOBOPT_ADDRESS:
		return !memcmp(a, b, sizeof(*a));
	case MOBOPT_VENDOR:
		return vendor_same(&a->vendor, &b->vendor);
	default:
		return raw_same(&a->raw, &b->raw);
	}
}

bool mh_same(const struct mh *a, const struct mh *b)
{
	unsigned int i;

	if (memcmp(a, b, offsetof(struct mh, options)) ||
	    a->options.count != b->options.count)
		return false;
	for (i = 0; i < a->options.count; i++)
		if (!mobopt_same(&a->options.option[i], &b->options.option[i]))
			return false;
	return true;
}

bool nd_same(const struct nd *a, const struct nd *b)
{
	return !memcmp(a, b, offsetof(struct nd, options)) &&
	       a->options.count == b->options.count &&
	       !memcmp(a->options.option, b->options.option,
		       a->options.count * sizeof(a->options.option[0]));
}

static const char *check_fault(struct fault fault, size_t len)
{
	if (fault.offset > len)
		return "a fault lies beyond the message";
	if (fault.kind >= FAULT_KINDS)
		return "there is no such fault";
	return NULL;
}

static const char *mh_again(const struct mh *mh, size_t len)
{
	uint8_t once[MH_SIZE_MAX], twice[MH_SIZE_MAX];
	size_t once_len, twice_len;
	struct mh again;
	enum fault_kind kind;

	kind = mh_encode(mh, once, sizeof(once), &once_len);
	if (kind == FAULT_SPACE && len + MH_GROWTH > MH_SIZE_MAX)
		return NULL;
	if (kind == FAULT_NOT_SENT && mh->type == MH_FNA)
		return NULL;
	if (kind)
		return "decoded but not encoded";
	if (mh_decode(once, once_len, NULL, &again).kind)
		return "encoded but not decoded";
	if (!mh_same(mh, &again))
		return "decoded again as something else";
	if (mh_encode(&again, twice, sizeof(twice), &twice_len) ||
	    once_len != twice_len || memcmp(once, twice, once_len))
		return "encoded again as something else";
	return NULL;
}

const char *mh_unstable(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct fault fault;
	const char *what;
	struct mh mh;

	if (!copy)
		return "no memory";
	if (len)
		memcpy(copy, data, len);
	fault = mh_decode(len ? copy : NULL, len, NULL, &mh);
	what = fault.kind ? check_fault(fault, len) : mh_again(&mh, len);
	free(copy);
	return what;
}

static const char *nd_again(const struct nd *nd, const struct nd_link *link)
{
	uint8_t once[ND_SIZE], twice[ND_SIZE];
	size_t once_len, twice_len;
	struct nd again;

	if (nd_encode(nd, once, sizeof(once), &once_len))
		return "decoded but not encoded";
	if (nd_decode(once, once_len, link, &again).kind)
		return "encoded but not decoded";
	if (!nd_same(nd, &again))
		return "decoded again as something else";
	if (nd_encode(&again, twice, sizeof(twice), &twice_len) ||
	    once_len != twice_len || memcmp(once, twice, once_len))
		return "encoded again as something else";
	return NULL;
}

const char *nd_unstable(const uint8_t *data, size_t len, uint8_t lla_len)
{
	const struct nd_link link = { NULL, ND_HOP_LIMIT, lla_len };
	uint8_t *copy = malloc(len ? len : 1);
	struct fault fault;
	const char *what;
	struct nd nd;

	if (!copy)
		return "no memory";
	if (len)
		memcpy(copy, data, len);
	fault = nd_decode(len ? copy : NULL, len, &link, &nd);
	what = fault.kind ? check_fault(fault, len) : nd_again(&nd, &link);
	free(copy);
	return what;
}
