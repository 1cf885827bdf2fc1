/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_EXPIRY_H
#define _FMIP_EXPIRY_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct fmip_binding;
struct timer_list;

/**
 * fmip_expiry_jiffies() - the length of a timer
 * @ms: milliseconds
 *
 * msecs_to_jiffies() takes what is over 24 days for eternity.
 *
 * Return: jiffies, at least as long.
 */
static inline unsigned long fmip_expiry_jiffies(u32 ms)
{
	return min_t(u64, DIV_ROUND_UP_ULL((u64)ms * HZ, MSEC_PER_SEC),
		     MAX_JIFFY_OFFSET);
}

void fmip_expiry_arm(struct fmip_binding *b);
void fmip_expiry_plan(struct fmip_binding *b);
void fmip_expiry_prune(struct fmip_binding *b);
void fmip_expiry_run(struct timer_list *timer);
unsigned long fmip_expiry_delay(unsigned long end, unsigned long now);
u32 fmip_expiry_left_ms(unsigned long end);

#endif /* _FMIP_EXPIRY_H */
