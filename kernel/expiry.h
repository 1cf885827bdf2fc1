/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_EXPIRY_H
#define _FMIP_EXPIRY_H

#include <linux/types.h>

struct fmip_binding;
struct timer_list;

void fmip_expiry_arm(struct fmip_binding *b);
void fmip_expiry_run(struct timer_list *timer);
unsigned long fmip_expiry_delay(unsigned long end, unsigned long now);
u32 fmip_expiry_left_ms(unsigned long end);

#endif /* _FMIP_EXPIRY_H */
