// SPDX-License-Identifier: GPL-2.0-only
/*
 * arpsend - send one ARP packet, right or wrong
 *
 *	arpsend announce|probe|request|reply --dev IF --target ADDR [OPTION]...
 *
 * announce	a request from the target for itself (RFC 5227 section 2.3)
 * probe	a request from 0.0.0.0 (RFC 5227 section 2.1)
 * request	a request from --src for the target
 * reply	from --src to the target
 *
 *	--src ADDR, --lladdr MAC	of the sender, in the ARP packet; default:
 *					the interface's link-layer address
 *	--target-lladdr MAC		of the target; default: zeros
 *	--eth-src MAC, --eth-dst MAC	of the frame; default: --lladdr, broadcast
 *	--hardware N, --protocol N	default 1 and 0x800
 *	--lengths N			of link-layer and IP address; default 0x604
 *	--operation N			default 1, of a reply 2
 *	--truncate N			only the first N bytes of the ARP packet
 *	--log FILE			the event "NAME-sent"
 */
#include "tool.h"

#include <getopt.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <sys/ioctl.h>

struct packet {
	struct ethhdr eth;
	struct {
		uint16_t hardware, protocol, lengths, operation;
		uint8_t sha[ETH_ALEN];
		uint8_t sip[4];
		uint8_t tha[ETH_ALEN];
		uint8_t tip[4];
	} __attribute__((packed)) arp;
} __attribute__((packed));

struct request {
	const char *name, *dev, *log;
	struct in_addr src, target;
	uint8_t sha[ETH_ALEN], tha[ETH_ALEN], eth_src[ETH_ALEN], eth_dst[ETH_ALEN];
	bool has_src, has_target, has_sha, has_eth_src, has_eth_dst;
	uint16_t hardware, protocol, lengths, operation;
	unsigned int truncate;
};

static void usage(FILE *to)
{
	fputs("Usage: arpsend announce|probe|request|reply --dev IF --target ADDR [--src ADDR]\n"
	      "       [--lladdr MAC] [--target-lladdr MAC] [--eth-src MAC] [--eth-dst MAC]\n"
	      "       [--hardware N] [--protocol N] [--lengths N] [--operation N] [--truncate N]\n"
	      "       [--log FILE]\n", to);
}

static void parse_mac(const char *what, const char *text, uint8_t *mac)
{
	char more;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &more) != 6)
		die("%s \"%s\" is not a link-layer address", what, text);
}

static struct in_addr parse_ipv4(const char *what, const char *text)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		die("%s \"%s\" is not an IPv4 address", what, text);
	return addr;
}

static void own_lladdr(const char *dev, uint8_t *lladdr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die("--dev \"%s\": %s", dev, strerror(errno));
	close(fd);
	memcpy(lladdr, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
}

static void fill_defaults(struct request *req)
{
	bool announce = !strcmp(req->name, "announce"), probe = !strcmp(req->name, "probe");

	if (!req->has_sha)
		own_lladdr(req->dev, req->sha);
	if (!req->has_eth_src)
		memcpy(req->eth_src, req->sha, ETH_ALEN);
	if (!req->has_eth_dst)
		memset(req->eth_dst, 0xff, ETH_ALEN);
	if (!req->has_src && announce)
		req->src = req->target;
	else if (!req->has_src && !probe)
		die("%s: --src is missing", req->name);
	if (!req->operation)
		req->operation = strcmp(req->name, "reply") ? ARPOP_REQUEST : ARPOP_REPLY;
}

static void build(const struct request *req, struct packet *p)
{
	memcpy(p->eth.h_dest, req->eth_dst, ETH_ALEN);
	memcpy(p->eth.h_source, req->eth_src, ETH_ALEN);
	p->eth.h_proto = htons(ETH_P_ARP);
	p->arp.hardware = htons(req->hardware);
	p->arp.protocol = htons(req->protocol);
	p->arp.lengths = htons(req->lengths);
	p->arp.operation = htons(req->operation);
	memcpy(p->arp.sha, req->sha, ETH_ALEN);
	memcpy(p->arp.sip, &req->src, sizeof(p->arp.sip));
	memcpy(p->arp.tha, req->tha, ETH_ALEN);
	memcpy(p->arp.tip, &req->target, sizeof(p->arp.tip));
}

static void send_packet(const struct request *req)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = parse_device("--dev", req->dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int64_t when = now_ns();
	struct packet p;
	char event[24];

	build(req, &p);
	if (fd < 0 || sendto(fd, &p, sizeof(p.eth) + req->truncate, 0, (struct sockaddr *)&to,
			     sizeof(to)) < 0)
		die("--dev \"%s\": %s", req->dev, strerror(errno));
	close(fd);
	snprintf(event, sizeof(event), "%s-sent", req->name);
	log_event(req->log, when, event);
}

enum {
	OPT_DEV = 256, OPT_TARGET, OPT_SRC, OPT_LLADDR, OPT_TARGET_LLADDR, OPT_ETH_SRC,
	OPT_ETH_DST, OPT_HARDWARE, OPT_PROTOCOL, OPT_LENGTHS, OPT_OPERATION, OPT_TRUNCATE,
	OPT_LOG,
};

static const struct option options[] = {
	{ "dev", required_argument, NULL, OPT_DEV },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "lladdr", required_argument, NULL, OPT_LLADDR },
	{ "target-lladdr", required_argument, NULL, OPT_TARGET_LLADDR },
	{ "eth-src", required_argument, NULL, OPT_ETH_SRC },
	{ "eth-dst", required_argument, NULL, OPT_ETH_DST },
	{ "hardware", required_argument, NULL, OPT_HARDWARE },
	{ "protocol", required_argument, NULL, OPT_PROTOCOL },
	{ "lengths", required_argument, NULL, OPT_LENGTHS },
	{ "operation", required_argument, NULL, OPT_OPERATION },
	{ "truncate", required_argument, NULL, OPT_TRUNCATE },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void take_address(struct request *req, int option)
{
	switch (option) {
	case OPT_TARGET:
		req->target = parse_ipv4("--target", optarg);
		req->has_target = true;
		break;
	case OPT_SRC:
		req->src = parse_ipv4("--src", optarg);
		req->has_src = true;
		break;
	case OPT_LLADDR:
		parse_mac("--lladdr", optarg, req->sha);
		req->has_sha = true;
		break;
	case OPT_TARGET_LLADDR:
		parse_mac("--target-lladdr", optarg, req->tha);
		break;
	case OPT_ETH_SRC:
		parse_mac("--eth-src", optarg, req->eth_src);
		req->has_eth_src = true;
		break;
	case OPT_ETH_DST:
		parse_mac("--eth-dst", optarg, req->eth_dst);
		req->has_eth_dst = true;
		break;
	}
}

static void take_option(struct request *req, int option)
{
	switch (option) {
	case OPT_DEV:
		req->dev = optarg;
		break;
	case OPT_HARDWARE:
		req->hardware = parse_number("--hardware", optarg, 0, 0xffff);
		break;
	case OPT_PROTOCOL:
		req->protocol = parse_number("--protocol", optarg, 0, 0xffff);
		break;
	case OPT_LENGTHS:
		req->lengths = parse_number("--lengths", optarg, 0, 0xffff);
		break;
	case OPT_OPERATION:
		req->operation = parse_number("--operation", optarg, 1, 0xffff);
		break;
	case OPT_TRUNCATE:
		req->truncate = parse_number("--truncate", optarg, 0, req->truncate);
		break;
	case OPT_LOG:
		req->log = optarg;
		break;
	default:
		take_address(req, option);
	}
}

static bool is_name(const char *name)
{
	return !strcmp(name, "announce") || !strcmp(name, "probe") || !strcmp(name, "request") ||
	       !strcmp(name, "reply");
}

int main(int argc, char **argv)
{
	struct request req = {
		.hardware = ARPHRD_ETHER,
		.protocol = ETH_P_IP,
		.lengths = ETH_ALEN << 8 | 4,
		.truncate = sizeof(((struct packet *)0)->arp),
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?') {
			usage(c == 'h' ? stdout : stderr);
			return c == '?';
		}
		take_option(&req, c);
	}
	if (argc - optind != 1 || !is_name(argv[optind]) || !req.dev || !req.has_target) {
		usage(stderr);
		return 1;
	}
	req.name = argv[optind];
	fill_defaults(&req);
	send_packet(&req);
	return 0;
}
