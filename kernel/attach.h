/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ATTACH_H
#define _FMIP_ATTACH_H

struct fmip_nd;
struct fmip_net;
struct net_device;

void fmip_attach_advertised(struct fmip_net *fn, struct net_device *dev,
			    const struct fmip_nd *nd);

#endif /* _FMIP_ATTACH_H */
