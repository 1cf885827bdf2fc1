/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_SPENT_H
#define _FMIP_SPENT_H

#include <linux/skbuff.h>
#include <linux/workqueue.h>

/**
 * struct fmip_spent - copies that are not needed any more
 * @skbs: they are still accounted for, in the room that is shared
 * @work: frees them
 */
struct fmip_spent {
	struct sk_buff_head skbs;
	struct work_struct work;
};

void fmip_spent_init(struct fmip_spent *spent);
void fmip_spent_add(struct fmip_spent *spent, struct sk_buff_head *skbs);
void fmip_spent_end(struct fmip_spent *spent);

#endif /* _FMIP_SPENT_H */
