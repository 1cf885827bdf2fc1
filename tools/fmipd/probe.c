// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking a link who has an address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/ip6.h>
#include <uthash.h>

#include "nd.h"
#include "probe.h"

struct probe_key {
	struct in6_addr address;
	unsigned int ifindex;
};

/* The alarm is first, so that it can be told whose it is. */
struct probe {
	struct alarm alarm;
	UT_hash_handle hh;
	struct probes *probes;
	struct probe_key key;
};

struct probes {
	struct loop *loop;
	int fd;
	void (*probed)(void *arg, unsigned int ifindex, const struct in6_addr *address,
		       const struct lla *lla);
	void *arg;
	struct probe *all;
};

/* The kernel chooses a source for all but those who write the header themselves. */
static int open_socket(void)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), off = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off))) {
		close(fd);
		return -errno;
	}
	return fd;
}

int probes_open(struct loop *loop,
		void (*probed)(void *arg, unsigned int ifindex,
			       const struct in6_addr *address, const struct lla *lla),
		void *arg, struct probes **probes)
{
	struct probes *p = calloc(1, sizeof(*p));
	int fd;

	if (!p)
		return -ENOMEM;
	fd = open_socket();
	if (fd < 0) {
		free(p);
		return fd;
	}
	p->loop = loop;
	p->fd = fd;
	p->probed = probed;
	p->arg = arg;
	*probes = p;
	return 0;
}

static void end(struct probe *probe)
{
	loop_alarm_stop(&probe->alarm);
	HASH_DEL(probe->probes->all, probe);
	free(probe);
}

void probes_close(struct probes *probes)
{
	struct probe *probe, *next;

	if (!probes)
		return;
	HASH_ITER(hh, probes->all, probe, next)
		end(probe);
	close(probes->fd);
	free(probes);
}

static struct probe *find(const struct probes *probes, unsigned int ifindex,
			  const struct in6_addr *address)
{
	struct probe_key key;
	struct probe *probe;

	memset(&key, 0, sizeof(key));
	key.address = *address;
	key.ifindex = ifindex;
	HASH_FIND(hh, probes->all, &key, sizeof(key), probe);
	return probe;
}

static void solicited_node(const struct in6_addr *address, struct in6_addr *group)
{
	inet_pton(AF_INET6, "ff02::1:ff00:0", group);
	memcpy(&group->s6_addr[13], &address->s6_addr[13], 3);
}

static int solicit(const struct probes *probes, const struct probe_key *key)
{
	struct nd nd = { .type = ND_NS, .neighbour.target = key->address };
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_scope_id = key->ifindex,
	};
	uint8_t packet[sizeof(struct ip6_hdr) + 64];
	struct ip6_hdr ip = { .ip6_flow = htonl(6u << 28) };
	struct ip6_ends ends = {};
	size_t len;

	solicited_node(&key->address, &ends.destination);
	if (nd_encode(&nd, packet + sizeof(ip), sizeof(packet) - sizeof(ip), &len))
		return -EMSGSIZE;
	nd_set_checksum(packet + sizeof(ip), len, &ends);
	ip.ip6_plen = htons(len);
	ip.ip6_nxt = IPPROTO_ICMPV6;
	ip.ip6_hlim = ND_HOP_LIMIT;
	ip.ip6_dst = ends.destination;
	to.sin6_addr = ends.destination;
	memcpy(packet, &ip, sizeof(ip));
	return sendto(probes->fd, packet, sizeof(ip) + len, MSG_DONTWAIT,
		      (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

static void tell(struct probe *probe, const struct lla *lla)
{
	struct probes *probes = probe->probes;
	struct probe_key key = probe->key;

	end(probe);
	probes->probed(probes->arg, key.ifindex, &key.address, lla);
}

static void on_alarm(struct alarm *alarm)
{
	tell((struct probe *)alarm, NULL);
}

int probe_start(struct probes *probes, unsigned int ifindex,
		const struct in6_addr *address, uint32_t ms)
{
	struct probe *probe;
	int err;

	if (find(probes, ifindex, address))
		return 0;
	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return -ENOMEM;
	probe->alarm.ring = on_alarm;
	probe->probes = probes;
	probe->key.address = *address;
	probe->key.ifindex = ifindex;
	err = solicit(probes, &probe->key);
	if (err) {
		free(probe);
		return err;
	}
	HASH_ADD(hh, probes->all, key, sizeof(probe->key), probe);
	loop_alarm_set(probes->loop, &probe->alarm, loop_now() + ms * 1000000ull);
	return 0;
}

/*
 * A solicitation from the unspecified address means another node only to who has the
 * address itself (RFC 4862 section 5.4.3): here it can be from the very node that the
 * address is for, and there is no link-layer address in it to tell.
 */
void probe_heard(struct probes *probes, const struct message *m, uint8_t lla_len)
{
	struct nd_link link = { .hop_limit = m->hop_limit, .lla_len = lla_len };
	const struct ndopt *option;
	struct probe *probe;
	struct lla lla = {};
	struct nd nd;

	if (!probes->all || nd_decode(m->data, m->len, &link, &nd).kind || nd.type != ND_NA)
		return;
	probe = find(probes, m->ifindex, &nd.neighbour.target);
	if (!probe)
		return;
	option = ndopts_find(&nd.options, NDOPT_TARGET_LLA);
	if (option)
		lla = option->link;
	tell(probe, &lla);
}
