// SPDX-License-Identifier: GPL-2.0-only
/* How a message is made. */
#include "fuzz.h"

void request_begin(struct request *req, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)req->data;
	struct genlmsghdr *genlh = NLMSG_DATA(nlh);

	memset(nlh, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	nlh->nlmsg_type = family.id;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genlh->cmd = cmd;
	genlh->version = FMIP_GENL_VERSION;
	req->len = NLMSG_HDRLEN + GENL_HDRLEN;
	req->mutated = false;
	req->bad_header = false;
	req->last = false;
}

void request_end(struct request *req)
{
	((struct nlmsghdr *)req->data)->nlmsg_len = req->len;
}

/* What there is no room for is left out. */
bool request_put(struct request *req, uint16_t type, const void *value, size_t len)
{
	struct nlattr *attr = attr_at(req->data, req->len);
	size_t total = NLA_ALIGN(NLA_HDRLEN + len);

	if (req->len + total > sizeof(req->data))
		return false;
	memset(attr, 0, total);
	attr->nla_len = NLA_HDRLEN + len;
	attr->nla_type = type;
	if (len)
		memcpy(attr_data(attr), value, len);
	req->len += total;
	return true;
}

bool request_put_u8(struct request *req, uint16_t type, uint8_t value)
{
	return request_put(req, type, &value, sizeof(value));
}

bool request_put_u32(struct request *req, uint16_t type, uint32_t value)
{
	return request_put(req, type, &value, sizeof(value));
}

/* Where the nest begins, or 0 if there is no room. */
size_t request_nest(struct request *req, uint16_t type)
{
	size_t nest = req->len;

	return request_put(req, type | NLA_F_NESTED, NULL, 0) ? nest : 0;
}

void request_nest_end(struct request *req, size_t nest)
{
	if (nest)
		attr_at(req->data, nest)->nla_len = req->len - nest;
}
