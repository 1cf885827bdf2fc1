/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of nlfuzz share. */
#ifndef _FMIP_SELFTESTS_FUZZ_H
#define _FMIP_SELFTESTS_FUZZ_H

#include "../tool.h"

#include <linux/fmip.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>

#define MESSAGE_MAX	60000
#define ATTRS_MAX	64
#define POLICIES_MAX	32
#define COMMANDS_MAX	(FMIP_CMD_MAX + 1)

/**
 * enum kind - what a policy is for; the kernel does not say
 * @KIND_OTHER: something that this program has never heard of
 * @KIND_BINDING: a request about a binding
 * @KIND_BINDING_ENTRY: one of FMIP_BINDING_A_ENTRIES
 * @KIND_MATCH: FMIP_MATCH_A_*
 * @KIND_TARGET: FMIP_TARGET_A_*
 * @KIND_ACCEPT: FMIP_ACCEPT_A_*
 * @KIND_PROXY: FMIP_PROXY_A_*
 * @KIND_ATTACH: FMIP_ATTACH_A_*
 * @KIND_FILTER: FMIP_FILTER_A_*
 * @KIND_TUNNEL: a request about a tunnel
 * @KIND_TUNNEL_ENTRY: one of FMIP_TUNNEL_A_ENTRIES
 * @KIND_CONFIG: FMIP_CONFIG_A_*
 * @KINDS: how many there are
 */
enum kind {
	KIND_OTHER,
	KIND_BINDING,
	KIND_BINDING_ENTRY,
	KIND_MATCH,
	KIND_TARGET,
	KIND_ACCEPT,
	KIND_PROXY,
	KIND_ATTACH,
	KIND_FILTER,
	KIND_TUNNEL,
	KIND_TUNNEL_ENTRY,
	KIND_CONFIG,
	KINDS,
};

/**
 * struct attr_policy - what the kernel says of an attribute
 * @type: NL_ATTR_TYPE_*, or 0 if the attribute is refused
 * @min: least value
 * @max: largest value
 * @mask: flags that may be set
 * @max_len: longest value
 * @nested: index of the policy of what is inside
 * @accepted: how many were in what has been accepted
 */
struct attr_policy {
	uint32_t type;
	uint64_t min;
	uint64_t max;
	uint32_t mask;
	uint32_t max_len;
	uint32_t nested;
	uint64_t accepted;
};

/**
 * struct policy - what the kernel says of a set of attributes
 * @kind: what it is for
 * @max: highest type that it has
 * @attr: by type
 */
struct policy {
	enum kind kind;
	unsigned int max;
	struct attr_policy attr[ATTRS_MAX];
};

/**
 * struct command - what the kernel says of a command
 * @exists: it is there
 * @admin: it needs CAP_NET_ADMIN
 * @dump: it can list
 * @policy: of its attributes, or -1
 * @sent: how often it was sent
 * @accepted: how often it was accepted
 * @dumped: how often a list was given, to its end
 */
struct command {
	bool exists;
	bool admin;
	bool dump;
	int policy;
	uint64_t sent;
	uint64_t accepted;
	uint64_t dumped;
};

/**
 * struct family - what the kernel says of the family
 * @id: of the family
 * @group: of its events
 * @command: by number
 * @policy: by the kernel's index
 * @policies: how many there may be
 */
struct family {
	uint16_t id;
	uint32_t group;
	struct command command[COMMANDS_MAX];
	struct policy policy[POLICIES_MAX];
	unsigned int policies;
};

extern struct family family;

/**
 * struct request - a message that is being made
 * @data: the message
 * @len: so many bytes are there
 * @mutated: it is wrong on purpose
 * @bad_header: its headers are, so that it may be refused for that
 * @last: what comes behind it might not be seen
 */
struct request {
	uint8_t data[MESSAGE_MAX] __attribute__((aligned(8)));
	size_t len;
	bool mutated;
	bool bad_header;
	bool last;
};

/**
 * struct tally - what became of the messages
 * @sent: so many were sent
 * @accepted: with so many errors 0
 * @unanswered: so many got no answer
 * @strange: answers that nobody asked for, or that are not well-formed
 * @trespasses: done without the privilege, or refused for another reason
 * @error: refusals, by errno
 * @untold: those of them that say nothing
 * @placeless: those of them that say what, and not where
 * @digest: of all that was sent
 */
struct tally {
	uint64_t sent;
	uint64_t accepted;
	uint64_t unanswered;
	uint64_t strange;
	uint64_t trespasses;
	uint64_t error[256];
	uint64_t untold[256];
	uint64_t placeless[256];
	uint64_t digest;
};

extern struct tally tally;

static inline struct nlattr *attr_at(const void *data, size_t offset)
{
	return (struct nlattr *)((uint8_t *)data + offset);
}

static inline void *attr_data(const struct nlattr *attr)
{
	return (uint8_t *)attr + NLA_HDRLEN;
}

static inline size_t attr_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

/* With what fills it up. */
static inline size_t attr_total(const struct nlattr *attr)
{
	return ((size_t)attr->nla_len + NLA_ALIGNTO - 1) & ~((size_t)NLA_ALIGNTO - 1);
}

static inline bool attr_ok(const struct nlattr *attr, size_t rest)
{
	return rest >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= rest;
}

static inline uint16_t attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline uint32_t attr_u32(const struct nlattr *attr)
{
	uint32_t value = 0;

	memcpy(&value, attr_data(attr), attr_len(attr) < 4 ? attr_len(attr) : 4);
	return value;
}

static inline uint64_t attr_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	memcpy(&value, attr_data(attr), attr_len(attr) < 8 ? attr_len(attr) : 8);
	return value;
}

/* The attributes that begin at DATA and take LEN bytes. */
#define for_each_attr(attr, data, len)						\
	for (size_t rest_ = (len), at_ = 0;					\
	     ((attr) = attr_at(data, at_), attr_ok(attr, rest_));		\
	     at_ += attr_total(attr),						\
	     rest_ -= rest_ < attr_total(attr) ? rest_ : attr_total(attr))

/* chance.c: what is called by chance, and comes again with the same seed */
void chance_seed(uint64_t seed);
uint64_t chance(void);
uint32_t below(uint32_t n);
bool one_in(uint32_t n);

/* policy.c: what the kernel says that it takes */
void family_read(void);
const char *kind_name(enum kind kind);
bool attr_is_output(enum kind kind, uint16_t type);

/* message.c: how a message is made */
void request_begin(struct request *req, uint8_t cmd, uint16_t flags);
void request_end(struct request *req);
bool request_put(struct request *req, uint16_t type, const void *value, size_t len);
bool request_put_u8(struct request *req, uint16_t type, uint8_t value);
bool request_put_u32(struct request *req, uint16_t type, uint32_t value);
size_t request_nest(struct request *req, uint16_t type);
void request_nest_end(struct request *req, size_t nest);
static inline uint8_t *request_cmd(struct request *req)
{
	return &req->data[NLMSG_HDRLEN];
}

/* value.c: what attributes may say */
void value_device(const char *name);
uint32_t value_ifindex(void);
void value_lladdr(uint8_t *lladdr);
size_t value_node(uint8_t *addr);
size_t value_end(uint8_t *addr, bool local, bool ip6);
void value_put(struct request *req, const struct policy *policy, uint16_t type, int depth);

/* sensible.c, wrong.c: requests that could be meant, and others */
void request_sensible(struct request *req);
void request_reading(struct request *req);
void request_by_policy(struct request *req);
void request_noise(struct request *req);
void request_spoil(struct request *req);

/* exchange.c: sends many at once, and takes the answers */
void exchange_open(void);
void exchange_send(const struct request *req);
void exchange_flush(void);
void exchange_unprivileged(void);

/* answer.c: judges answers */
void answer_accepted(const uint8_t *message, size_t len);
bool answer_refused(int error, const struct nlattr *attrs, size_t len, size_t sent, bool silent);
unsigned int answer_results(const uint8_t *message, size_t len, const struct nlmsghdr *answer,
			    unsigned int from);
unsigned int answer_entries(const uint8_t *message, size_t len);

/* cover.c: which code of the module was run */
void cover_open(const char *kcov);
void cover_take(void);
void cover_write(const char *path);

/* report.c */
void report_write(const char *path);

#endif /* _FMIP_SELFTESTS_FUZZ_H */
