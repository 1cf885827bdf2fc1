/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_TLV_H
#define _FMIP_TLV_H

#include <linux/types.h>

/**
 * struct fmip_tlv - the TLV header (RFC 5845 section 7.2)
 * @type: the high four bits are 0, the others reserved
 * @nexthdr: IP protocol number of what follows
 * @length: of what follows
 */
struct fmip_tlv {
	__u8 type;
	__u8 nexthdr;
	__be16 length;
};

#endif /* _FMIP_TLV_H */
