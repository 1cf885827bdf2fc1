// SPDX-License-Identifier: GPL-2.0-only
/*
 * What attributes may say.  There are few ids, addresses and interfaces, so that
 * requests meet what others have made.
 */
#include "fuzz.h"

#define BINDINGS	48
#define TUNNELS		12
#define NODES		24
#define ENDS		10
#define DEVICES_MAX	8

/* What the policy does not say: what the value stands for. */
enum meaning {
	MEANS_NUMBER,
	MEANS_BINDING,
	MEANS_TUNNEL,
	MEANS_DEVICE,
	MEANS_NODE,
	MEANS_LOCAL,
	MEANS_REMOTE,
	MEANS_TIME,
	MEANS_BYTES,
	MEANS_KEY,
	MEANS_LLADDR,
};

static const struct {
	enum kind kind;
	uint16_t type;
	enum meaning meaning;
} meanings[] = {
	{ KIND_BINDING, FMIP_BINDING_A_ID, MEANS_BINDING },
	{ KIND_BINDING, FMIP_BINDING_A_COOKIE, MEANS_KEY },
	{ KIND_BINDING, FMIP_BINDING_A_RATE, MEANS_TIME },
	{ KIND_BINDING, FMIP_BINDING_A_LIMIT_PACKETS, MEANS_TIME },
	{ KIND_BINDING, FMIP_BINDING_A_LIMIT_BYTES, MEANS_BYTES },
	{ KIND_BINDING, FMIP_BINDING_A_LIMIT_AGE, MEANS_TIME },
	{ KIND_BINDING, FMIP_BINDING_A_LIFETIME, MEANS_TIME },
	{ KIND_BINDING, FMIP_BINDING_A_HOLD_TIME, MEANS_TIME },
	{ KIND_BINDING, FMIP_BINDING_A_GUARD_IDLE, MEANS_TIME },
	{ KIND_MATCH, FMIP_MATCH_A_ADDR, MEANS_NODE },
	{ KIND_MATCH, FMIP_MATCH_A_IFINDEX, MEANS_DEVICE },
	{ KIND_MATCH, FMIP_MATCH_A_TUNNEL, MEANS_TUNNEL },
	{ KIND_MATCH, FMIP_MATCH_A_KEY, MEANS_KEY },
	{ KIND_TARGET, FMIP_TARGET_A_TUNNEL, MEANS_TUNNEL },
	{ KIND_TARGET, FMIP_TARGET_A_KEY, MEANS_KEY },
	{ KIND_TARGET, FMIP_TARGET_A_IFINDEX, MEANS_DEVICE },
	{ KIND_TARGET, FMIP_TARGET_A_LLADDR, MEANS_LLADDR },
	{ KIND_TARGET, FMIP_TARGET_A_LIFETIME, MEANS_TIME },
	{ KIND_ACCEPT, FMIP_ACCEPT_A_TUNNEL, MEANS_TUNNEL },
	{ KIND_ACCEPT, FMIP_ACCEPT_A_KEY, MEANS_KEY },
	{ KIND_ACCEPT, FMIP_ACCEPT_A_LIFETIME, MEANS_TIME },
	{ KIND_PROXY, FMIP_PROXY_A_ADDR, MEANS_NODE },
	{ KIND_PROXY, FMIP_PROXY_A_IFINDEX, MEANS_DEVICE },
	{ KIND_PROXY, FMIP_PROXY_A_LIFETIME, MEANS_TIME },
	{ KIND_ATTACH, FMIP_ATTACH_A_IFINDEX, MEANS_DEVICE },
	{ KIND_ATTACH, FMIP_ATTACH_A_LLADDR, MEANS_LLADDR },
	{ KIND_FILTER, FMIP_FILTER_A_TUNNEL, MEANS_TUNNEL },
	{ KIND_FILTER, FMIP_FILTER_A_IFINDEX, MEANS_DEVICE },
	{ KIND_FILTER, FMIP_FILTER_A_COOKIE_MIN, MEANS_KEY },
	{ KIND_FILTER, FMIP_FILTER_A_COOKIE_MAX, MEANS_KEY },
	{ KIND_FILTER, FMIP_FILTER_A_ADDR, MEANS_NODE },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_ID, MEANS_TUNNEL },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_LOCAL, MEANS_LOCAL },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_REMOTE, MEANS_REMOTE },
	{ KIND_TUNNEL, FMIP_TUNNEL_A_IFINDEX, MEANS_DEVICE },
	{ KIND_CONFIG, FMIP_CONFIG_A_NETNS_BYTES, MEANS_BYTES },
	{ KIND_CONFIG, FMIP_CONFIG_A_MODULE_BYTES, MEANS_BYTES },
	{ KIND_CONFIG, FMIP_CONFIG_A_EXEMPT_MARK, MEANS_KEY },
	{ KIND_CONFIG, FMIP_CONFIG_A_EXEMPT_MASK, MEANS_KEY },
	{ KIND_CONFIG, FMIP_CONFIG_A_PROXIES_MAX, MEANS_TIME },
};

static uint32_t devices[DEVICES_MAX];
static unsigned int n_devices;

void value_device(const char *name)
{
	if (n_devices == DEVICES_MAX)
		die("that is more than %d interfaces", DEVICES_MAX);
	devices[n_devices++] = parse_device("interface", name);
}

uint32_t value_ifindex(void)
{
	if (!n_devices || one_in(50))
		return below(8);
	return devices[below(n_devices)];
}

void value_lladdr(uint8_t *lladdr)
{
	static const uint8_t first[6] = { 2, 0, 0, 0, 0, 0x10 };

	memcpy(lladdr, first, sizeof(first));
	lladdr[5] += below(4);
}

static size_t address(uint8_t *addr, const char *ip6, const char *ip4, bool six, uint8_t last)
{
	if (inet_pton(six ? AF_INET6 : AF_INET, six ? ip6 : ip4, addr) != 1)
		die("%s, %s: not an address", ip6, ip4);
	addr[six ? 15 : 3] += last;
	return six ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

/* Of a node: what bindings match and proxy. */
size_t value_node(uint8_t *addr)
{
	return address(addr, "2001:db8:a::10", "192.0.2.10", !one_in(4), below(NODES));
}

/* Of a tunnel. */
size_t value_end(uint8_t *addr, bool local, bool ip6)
{
	if (local)
		return address(addr, "2001:db8:a::1", "192.0.2.1", ip6, 0);
	return address(addr, "2001:db8:b::2", "198.51.100.2", ip6, below(ENDS));
}

static uint64_t time_ms(void)
{
	static const uint32_t times[] = { 0, 1, 2, 5, 10, 20, 50, 100, 500, 1000, 60000,
					  0x7fffffff, 0xffffffff };

	return times[below(sizeof(times) / sizeof(*times))];
}

static uint64_t bytes(void)
{
	static const uint64_t sizes[] = { 0, 1, 2048, 1 << 16, 1 << 20, 4 << 20, 64 << 20,
					  0xffffffff, 1ull << 40, 1ull << 63, ~0ull };

	return sizes[below(sizeof(sizes) / sizeof(*sizes))];
}

/* One that the policy allows, at its limits more often than between them. */
static uint64_t number(const struct attr_policy *policy)
{
	uint64_t span = policy->max - policy->min;

	if (span < 64)
		return policy->min + below(span + 1);
	switch (below(5)) {
	case 0:
		return policy->min;
	case 1:
		return policy->max;
	case 2:
		return policy->min + below(2);
	case 3:
		return policy->min + below(64);
	default:
		return policy->min + chance() % (span ? span : 1);
	}
}

static enum meaning meaning_of(enum kind kind, uint16_t type)
{
	if (kind == KIND_BINDING_ENTRY)
		kind = KIND_BINDING;
	else if (kind == KIND_TUNNEL_ENTRY)
		kind = KIND_TUNNEL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].kind == kind && meanings[i].type == type)
			return meanings[i].meaning;
	return MEANS_NUMBER;
}

static uint64_t meant(enum meaning meaning, const struct attr_policy *policy)
{
	switch (meaning) {
	case MEANS_BINDING:
		return 1 + below(BINDINGS);
	case MEANS_TUNNEL:
		return 1 + below(TUNNELS);
	case MEANS_DEVICE:
		return value_ifindex();
	case MEANS_TIME:
		return time_ms();
	case MEANS_BYTES:
		return bytes();
	case MEANS_KEY:
		return below(8);
	default:
		return number(policy);
	}
}

static size_t octets(enum meaning meaning, const struct attr_policy *policy, uint8_t *value)
{
	size_t len;

	switch (meaning) {
	case MEANS_NODE:
		return value_node(value);
	case MEANS_LOCAL:
	case MEANS_REMOTE:
		return value_end(value, meaning == MEANS_LOCAL, !one_in(3));
	case MEANS_LLADDR:
		value_lladdr(value);
		return 6;
	default:
		len = below((policy->max_len < 64 ? policy->max_len : 64) + 1);
		for (size_t i = 0; i < len; i++)
			value[i] = chance();
		return len;
	}
}

static void put_number(struct request *req, uint16_t type, uint64_t value, size_t len)
{
	switch (len) {
	case 1:
		request_put(req, type, &(uint8_t){ value }, len);
		break;
	case 2:
		request_put(req, type, &(uint16_t){ value }, len);
		break;
	case 4:
		request_put(req, type, &(uint32_t){ value }, len);
		break;
	default:
		request_put(req, type, &value, len);
	}
}

static void put_bits(struct request *req, uint16_t type, uint32_t mask)
{
	struct nla_bitfield32 bits = { .selector = one_in(2) ? mask : chance() & mask };

	bits.value = chance() & bits.selector;
	request_put(req, type, &bits, sizeof(bits));
}

/* Any of the attributes of a policy. */
static void put_some(struct request *req, const struct policy *policy, int depth)
{
	for (unsigned int type = 0; type <= policy->max; type++)
		if (policy->attr[type].type && one_in(3))
			value_put(req, policy, type, depth);
}

static void put_nest(struct request *req, const struct attr_policy *policy, uint16_t type,
		     int depth)
{
	size_t nest = request_nest(req, type), item;

	if (policy->type == NL_ATTR_TYPE_NESTED) {
		put_some(req, &family.policy[policy->nested], depth + 1);
	} else {
		for (uint32_t i = depth < 4 ? below(4 - depth) : 0; i; i--) {
			item = request_nest(req, i);
			put_some(req, &family.policy[policy->nested], depth + 1);
			request_nest_end(req, item);
		}
	}
	request_nest_end(req, nest);
}

/* Put an attribute with a value that its policy allows. */
void value_put(struct request *req, const struct policy *policy, uint16_t type, int depth)
{
	const struct attr_policy *attr = &policy->attr[type];
	enum meaning meaning = meaning_of(policy->kind, type);
	uint8_t value[64];

	switch (attr->type) {
	case NL_ATTR_TYPE_U8:
		put_number(req, type, meant(meaning, attr), 1);
		break;
	case NL_ATTR_TYPE_U16:
		put_number(req, type, meant(meaning, attr), 2);
		break;
	case NL_ATTR_TYPE_U32:
		put_number(req, type, meant(meaning, attr), 4);
		break;
	case NL_ATTR_TYPE_U64:
		put_number(req, type, meant(meaning, attr), 8);
		break;
	case NL_ATTR_TYPE_BITFIELD32:
		put_bits(req, type, attr->mask);
		break;
	case NL_ATTR_TYPE_NESTED:
	case NL_ATTR_TYPE_NESTED_ARRAY:
		put_nest(req, attr, type, depth);
		break;
	default:
		request_put(req, type, value, octets(meaning, attr, value));
	}
}
