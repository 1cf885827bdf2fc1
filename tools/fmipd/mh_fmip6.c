// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages of RFC 5568, and the Binding Error.
 */
#include "mh.h"

static void be_decode(struct reader *r, struct mh *mh)
{
	mh->be.status = reader_u8(r);
	reader_skip(r, 1);
	reader_bytes(r, &mh->be.home, sizeof(mh->be.home));
}

static void be_encode(struct writer *w, const struct mh *mh)
{
	writer_u8(w, mh->be.status);
	writer_u8(w, 0);
	writer_bytes(w, &mh->be.home, sizeof(mh->be.home));
}

static void fbu_decode(struct reader *r, struct mh *mh)
{
	mh->fbu.sequence = reader_u16(r);
	mh->fbu.flags = reader_u16(r) & MH_FBU_FLAGS;
	mh->fbu.lifetime = reader_u16(r);
}

static void fbu_encode(struct writer *w, const struct mh *mh)
{
	writer_u16(w, mh->fbu.sequence);
	writer_u16(w, mh->fbu.flags & MH_FBU_FLAGS);
	writer_u16(w, mh->fbu.lifetime);
}

static void fback_decode(struct reader *r, struct mh *mh)
{
	mh->fback.status = reader_u8(r);
	mh->fback.flags = reader_u8(r) & MH_FBACK_K;
	mh->fback.sequence = reader_u16(r);
	mh->fback.lifetime = reader_u16(r);
}

static void fback_encode(struct writer *w, const struct mh *mh)
{
	writer_u8(w, mh->fback.status);
	writer_u8(w, mh->fback.flags & MH_FBACK_K);
	writer_u16(w, mh->fback.sequence);
	writer_u16(w, mh->fback.lifetime);
}

static void fna_decode(struct reader *r, struct mh *mh)
{
	(void)mh;
	reader_skip(r, 2);
}

static void handover_decode(struct reader *r, struct mh_handover *handover)
{
	handover->sequence = reader_u16(r);
	handover->flags = reader_u8(r);
	handover->code = reader_u8(r);
}

static void handover_encode(struct writer *w, const struct mh_handover *handover,
			    uint8_t flags)
{
	writer_u16(w, handover->sequence);
	writer_u8(w, handover->flags & flags);
	writer_u8(w, handover->code);
}

static void hi_decode(struct reader *r, struct mh *mh)
{
	handover_decode(r, &mh->hi);
	mh->hi.flags &= MH_HI_FLAGS;
}

static void hi_encode(struct writer *w, const struct mh *mh)
{
	handover_encode(w, &mh->hi, MH_HI_FLAGS);
}

static void hack_decode(struct reader *r, struct mh *mh)
{
	handover_decode(r, &mh->hack);
	mh->hack.flags &= MH_HACK_FLAGS;
}

static void hack_encode(struct writer *w, const struct mh *mh)
{
	handover_encode(w, &mh->hack, MH_HACK_FLAGS);
}

static const struct mh_type types[] = {
	{ .type = MH_BE, .min = 24,
	  .decode = be_decode, .encode = be_encode },
	{ .type = MH_FBU, .min = 12,
	  .decode = fbu_decode, .encode = fbu_encode },
	{ .type = MH_FBACK, .min = 12,
	  .decode = fback_decode, .encode = fback_encode },
	{ .type = MH_FNA, .min = 8, .may_carry = true,
	  .decode = fna_decode },
	{ .type = MH_HI, .min = 10,
	  .decode = hi_decode, .encode = hi_encode },
	{ .type = MH_HACK, .min = 10,
	  .decode = hack_decode, .encode = hack_encode },
};

const struct mh_table mh_fmip6 = { types, sizeof(types) / sizeof(types[0]) };
