/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_BUDGET_H
#define _FMIP_BUDGET_H

#include <linux/types.h>

u32 fmip_budget_left(u64 expired_ns, u64 *until_ns);
u32 fmip_budget_arrival(u64 now_ns);
void fmip_budget_spend(u32 packets);
u64 fmip_budget_turn(void);
bool fmip_budget_hold_end(unsigned long *later);

#endif /* _FMIP_BUDGET_H */
