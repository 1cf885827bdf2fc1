// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel says that the family takes: its commands (CTRL_CMD_GETFAMILY)
 * and their attributes (CTRL_CMD_GETPOLICY).  So there is no copy of it here that
 * could be out of date.
 */
#include "fuzz.h"

#include <sys/socket.h>

struct family family;

static const char *const kind_names[KINDS] = {
	[KIND_OTHER] = "other",
	[KIND_BINDING] = "binding",
	[KIND_BINDING_ENTRY] = "binding-entry",
	[KIND_MATCH] = "match",
	[KIND_TARGET] = "target",
	[KIND_ACCEPT] = "accept",
	[KIND_PROXY] = "proxy",
	[KIND_ATTACH] = "attach",
	[KIND_FILTER] = "filter",
	[KIND_TUNNEL] = "tunnel",
	[KIND_TUNNEL_ENTRY] = "tunnel-entry",
	[KIND_CONFIG] = "config",
};

/* What is in which attribute. */
static const struct {
	enum kind outer;
	uint16_t type;
	enum kind inner;
} nests[] = {
	{ KIND_BINDING, FMIP_BINDING_A_ENTRIES, KIND_BINDING_ENTRY },
	{ KIND_BINDING, FMIP_BINDING_A_MATCHES, KIND_MATCH },
	{ KIND_BINDING, FMIP_BINDING_A_MATCH, KIND_MATCH },
	{ KIND_BINDING, FMIP_BINDING_A_TARGETS, KIND_TARGET },
	{ KIND_BINDING, FMIP_BINDING_A_ACCEPTS, KIND_ACCEPT },
	{ KIND_BINDING, FMIP_BINDING_A_PROXIES, KIND_PROXY },
	{ KIND_BINDING, FMIP_BINDING_A_ATTACH, KIND_ATTACH },
	{ KIND_BINDING, FMIP_BINDING_A_FILTER, KIND_FILTER },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_ENTRIES, KIND_TUNNEL_ENTRY },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_FILTER, KIND_FILTER },
};

const char *kind_name(enum kind kind)
{
	return kind_names[kind];
}

/* These are taken by the policy for the sake of a good sentence, and refused. */
bool attr_is_output(enum kind kind, uint16_t type)
{
	switch (kind) {
	case KIND_BINDING:
	case KIND_BINDING_ENTRY:
		return type == FMIP_BINDING_A_HOLD_LEFT;
	case KIND_TUNNEL:
	case KIND_TUNNEL_ENTRY:
		return type == FMIP_TUNNEL_A_USERS || type == FMIP_TUNNEL_A_MTU;
	default:
		return false;
	}
}

static void read_group(const struct nlattr *group)
{
	const struct nlattr *attr;

	for_each_attr(attr, attr_data(group), attr_len(group))
		if (attr_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			family.group = attr_u32(attr);
}

static void read_operation(const struct nlattr *operation)
{
	uint32_t cmd = 0, flags = 0;
	const struct nlattr *attr;

	for_each_attr(attr, attr_data(operation), attr_len(operation)) {
		if (attr_type(attr) == CTRL_ATTR_OP_ID)
			cmd = attr_u32(attr);
		else if (attr_type(attr) == CTRL_ATTR_OP_FLAGS)
			flags = attr_u32(attr);
	}
	if (cmd >= COMMANDS_MAX)
		die("the kernel has a command %u that uapi/linux/fmip.h has not", cmd);
	family.command[cmd] = (struct command) {
		.exists = true,
		.admin = flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM),
		.dump = flags & GENL_CMD_CAP_DUMP,
		.policy = -1,
	};
}

static void read_family_attr(const struct nlattr *attr)
{
	const struct nlattr *item;

	switch (attr_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		memcpy(&family.id, attr_data(attr), sizeof(family.id));
		break;
	case CTRL_ATTR_OPS:
		for_each_attr(item, attr_data(attr), attr_len(attr))
			read_operation(item);
		break;
	case CTRL_ATTR_MCAST_GROUPS:
		for_each_attr(item, attr_data(attr), attr_len(attr))
			read_group(item);
		break;
	}
}

static void read_limits(struct attr_policy *policy, const struct nlattr *limits)
{
	const struct nlattr *attr;

	policy->max_len = UINT16_MAX;
	for_each_attr(attr, attr_data(limits), attr_len(limits)) {
		switch (attr_type(attr)) {
		case NL_POLICY_TYPE_ATTR_TYPE:
			policy->type = attr_u32(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			policy->min = attr_u64(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			policy->max = attr_u64(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			policy->max_len = attr_u32(attr);
			break;
		case NL_POLICY_TYPE_ATTR_BITFIELD32_MASK:
			policy->mask = attr_u32(attr);
			break;
		case NL_POLICY_TYPE_ATTR_POLICY_IDX:
			policy->nested = attr_u32(attr);
			break;
		}
	}
}

/* POLICY is of the type of its index, and has one attribute. */
static void read_policy(const struct nlattr *policy)
{
	unsigned int i = attr_type(policy), type;
	const struct nlattr *attr;

	for_each_attr(attr, attr_data(policy), attr_len(policy)) {
		type = attr_type(attr);
		if (i >= POLICIES_MAX || type >= ATTRS_MAX)
			die("policy %u, attribute %u: that is more than there is room for", i,
			    type);
		read_limits(&family.policy[i].attr[type], attr);
		if (family.policy[i].max < type)
			family.policy[i].max = type;
		if (family.policies <= i)
			family.policies = i + 1;
	}
}

static void read_op_policy(const struct nlattr *op)
{
	const struct nlattr *attr;

	for_each_attr(attr, attr_data(op), attr_len(op))
		if (attr_type(attr) == CTRL_ATTR_POLICY_DO && attr_type(op) < COMMANDS_MAX)
			family.command[attr_type(op)].policy = attr_u32(attr);
}

static void read_policy_attr(const struct nlattr *attr)
{
	const struct nlattr *item;

	for_each_attr(item, attr_data(attr), attr_len(attr)) {
		if (attr_type(attr) == CTRL_ATTR_POLICY)
			read_policy(item);
		else if (attr_type(attr) == CTRL_ATTR_OP_POLICY)
			read_op_policy(item);
	}
}

/* Ask the controller, and read all that it answers. */
static void ask(int fd, uint8_t cmd, uint16_t flags, void (*read_attr)(const struct nlattr *attr))
{
	static uint8_t buffer[65536] __attribute__((aligned(8)));
	static struct request req;
	struct nlmsghdr *nlh = (struct nlmsghdr *)req.data;
	const struct nlattr *attr;
	ssize_t len;

	request_begin(&req, cmd, flags);
	nlh->nlmsg_type = GENL_ID_CTRL;
	request_put(&req, CTRL_ATTR_FAMILY_NAME, FMIP_GENL_NAME, sizeof(FMIP_GENL_NAME));
	request_end(&req);
	if (send(fd, req.data, req.len, 0) < 0)
		die("the controller of generic netlink: %s", strerror(errno));
	while ((len = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		for (nlh = (struct nlmsghdr *)buffer; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				errno = -*(int *)NLMSG_DATA(nlh);
				if (!errno)
					return;
				die("the controller about \"" FMIP_GENL_NAME "\": %s",
				    strerror(errno));
			}
			for_each_attr(attr, (uint8_t *)NLMSG_DATA(nlh) + GENL_HDRLEN,
				      nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN)
				read_attr(attr);
		}
	}
	die("the controller's answer: %s", strerror(errno));
}

static enum kind kind_of_nest(enum kind outer, uint16_t type)
{
	if (outer == KIND_BINDING_ENTRY)
		outer = KIND_BINDING;
	for (size_t i = 0; i < sizeof(nests) / sizeof(*nests); i++)
		if (nests[i].outer == outer && nests[i].type == type)
			return nests[i].inner;
	return KIND_OTHER;
}

static void name_nests(struct policy *policy)
{
	for (unsigned int type = 0; type <= policy->max; type++) {
		const struct attr_policy *attr = &policy->attr[type];
		struct policy *inner = &family.policy[attr->nested];

		if ((attr->type != NL_ATTR_TYPE_NESTED &&
		     attr->type != NL_ATTR_TYPE_NESTED_ARRAY) || inner->kind)
			continue;
		inner->kind = kind_of_nest(policy->kind, type);
		if (inner->kind)
			name_nests(inner);
	}
}

static void name_policies(void)
{
	static const struct {
		uint8_t cmd;
		enum kind kind;
	} tops[] = {
		{ FMIP_CMD_BINDING_NEW, KIND_BINDING },
		{ FMIP_CMD_TUNNEL_NEW, KIND_TUNNEL },
		{ FMIP_CMD_CONFIG_SET, KIND_CONFIG },
	};

	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
		int top = family.command[tops[i].cmd].policy;

		if (top < 0)
			die("command %u has no policy", tops[i].cmd);
		family.policy[top].kind = tops[i].kind;
		name_nests(&family.policy[top]);
	}
}

void family_read(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		die("netlink: %s", strerror(errno));
	ask(fd, CTRL_CMD_GETFAMILY, 0, read_family_attr);
	ask(fd, CTRL_CMD_GETPOLICY, NLM_F_DUMP, read_policy_attr);
	close(fd);
	name_policies();
}
