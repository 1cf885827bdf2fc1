/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_BUDGET_H
#define _FMIP_BUDGET_H

#include <linux/types.h>

u32 fmip_budget_left(u64 expired_ns, u64 *later_ns);
void fmip_budget_spend(u32 packets);

#endif /* _FMIP_BUDGET_H */
