/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_HOOKS_H
#define _FMIP_HOOKS_H

#include <linux/types.h>

struct fmip_net;

int fmip_hooks_register(struct fmip_net *fn, bool local);
void fmip_hooks_unregister(struct fmip_net *fn);

#endif /* _FMIP_HOOKS_H */
