// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tunnels put around packets: each encapsulation byte by byte, against
 * bytes that scapy has made, and how much of a route's MTU is left.
 */
#include <kunit/test.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "encap.h"
#include "testbed.h"
#include "tunnel.h"

#define KEY		0x01020304
#define NUMBER		0x00010203
#define LEN6		48
#define LEN4		28

/* The addresses of outer headers, and, over IPv4, what is in front of them. */
#define ENDS6	"\x20\x01\x0d\xb8\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" \
		"\x20\x01\x0d\xb8\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define ENDS4	"\xc0\x00\x02\x01\xc6\x33\x64\x02"

/**
 * struct head_case - what is put in front of one packet
 * @name: of the case
 * @encap: enum fmip_encap
 * @family: of the inner packet
 * @has_key: with the key KEY
 * @encaplimit: of the tunnel; 0 is none
 * @ttl: of the tunnel
 * @dscp: of the tunnel; 0 is the inner one
 * @dsfield: of the inner packet
 * @label: flow label of the tunnel
 * @inner_label: of the inner packet
 * @flags: of the tunnel
 * @len: of @head
 * @head: the bytes; where DF is clear those of the identity and of the IPv4
 *	checksum are 0, for nobody knows them
 */
struct head_case {
	const char *name;
	u8 encap;
	u8 family;
	bool has_key;
	u8 encaplimit;
	u8 ttl;
	u8 dscp;
	u8 dsfield;
	u32 label;
	u32 inner_label;
	u8 flags;
	unsigned int len;
	const char *head;
};

static const struct head_case head_cases[] = {
	{
		.name = "IPv6 in IPv6",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.len = 40,
		.head = "\x60\x00\x00\x00\x00\x30\x29\x40" ENDS6,
	},
	{
		.name = "IPv6 in IPv6, limit",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.encaplimit = 4,
		.len = 48,
		.head = "\x60\x00\x00\x00\x00\x38\x3c\x40" ENDS6
			"\x29\x00\x04\x01\x04\x01\x01\x00",
	},
	{
		.name = "IPv4 in IPv6",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET,
		.len = 40,
		.head = "\x60\x00\x00\x00\x00\x1c\x04\x40" ENDS6,
	},
	{
		.name = "IPv4 in IPv6, limit",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET,
		.encaplimit = 4,
		.len = 48,
		.head = "\x60\x00\x00\x00\x00\x24\x3c\x40" ENDS6
			"\x04\x00\x04\x01\x04\x01\x01\x00",
	},
	{
		.name = "IPv6 in IPv6, DSCP and ECN copied",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 40,
		.head = "\x6b\x90\x00\x00\x00\x30\x29\x40" ENDS6,
	},
	{
		.name = "IPv4 in IPv6, DSCP and ECN copied",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 40,
		.head = "\x6b\x90\x00\x00\x00\x1c\x04\x40" ENDS6,
	},
	{
		.name = "IPv6 in IPv6, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 40,
		.head = "\x6b\xb0\x00\x00\x00\x30\x29\x07" ENDS6,
	},
	{
		.name = "IPv6 in IPv6, flow label",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.label = 0x12345,
		.len = 40,
		.head = "\x60\x01\x23\x45\x00\x30\x29\x40" ENDS6,
	},
	{
		.name = "IPv6 in IPv6, flow label, flow label copied",
		.encap = FMIP_ENCAP_IP6, .family = AF_INET6,
		.label = 0x12345, .inner_label = 0xabcde, .flags = FMIP_TUNNEL_F_FLOW_INHERIT,
		.len = 40,
		.head = "\x60\x0a\xbc\xde\x00\x30\x29\x40" ENDS6,
	},
	{
		.name = "IPv6 GRE over IPv6",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.len = 44,
		.head = "\x60\x00\x00\x00\x00\x34\x2f\x40" ENDS6
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 GRE over IPv6, key",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.has_key = true,
		.len = 48,
		.head = "\x60\x00\x00\x00\x00\x38\x2f\x40" ENDS6
			"\x20\x00\x86\xdd\x01\x02\x03\x04",
	},
	{
		.name = "IPv6 GRE over IPv6, limit",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.encaplimit = 4,
		.len = 52,
		.head = "\x60\x00\x00\x00\x00\x3c\x3c\x40" ENDS6
			"\x2f\x00\x04\x01\x04\x01\x01\x00"
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv4 GRE over IPv6",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET,
		.len = 44,
		.head = "\x60\x00\x00\x00\x00\x20\x2f\x40" ENDS6
			"\x00\x00\x08\x00",
	},
	{
		.name = "IPv4 GRE over IPv6, key",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET,
		.has_key = true,
		.len = 48,
		.head = "\x60\x00\x00\x00\x00\x24\x2f\x40" ENDS6
			"\x20\x00\x08\x00\x01\x02\x03\x04",
	},
	{
		.name = "IPv4 GRE over IPv6, limit",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET,
		.encaplimit = 4,
		.len = 52,
		.head = "\x60\x00\x00\x00\x00\x28\x3c\x40" ENDS6
			"\x2f\x00\x04\x01\x04\x01\x01\x00"
			"\x00\x00\x08\x00",
	},
	{
		.name = "IPv6 GRE over IPv6, key, limit",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.has_key = true, .encaplimit = 4,
		.len = 56,
		.head = "\x60\x00\x00\x00\x00\x40\x3c\x40" ENDS6
			"\x2f\x00\x04\x01\x04\x01\x01\x00"
			"\x20\x00\x86\xdd\x01\x02\x03\x04",
	},
	{
		.name = "IPv6 GRE over IPv6, DSCP and ECN copied",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 44,
		.head = "\x6b\x90\x00\x00\x00\x34\x2f\x40" ENDS6
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv4 GRE over IPv6, DSCP and ECN copied",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 44,
		.head = "\x6b\x90\x00\x00\x00\x20\x2f\x40" ENDS6
			"\x00\x00\x08\x00",
	},
	{
		.name = "IPv6 GRE over IPv6, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 44,
		.head = "\x6b\xb0\x00\x00\x00\x34\x2f\x07" ENDS6
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 GRE over IPv6, flow label",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.label = 0x12345,
		.len = 44,
		.head = "\x60\x01\x23\x45\x00\x34\x2f\x40" ENDS6
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 GRE over IPv6, flow label, flow label copied",
		.encap = FMIP_ENCAP_GRE6, .family = AF_INET6,
		.label = 0x12345, .inner_label = 0xabcde, .flags = FMIP_TUNNEL_F_FLOW_INHERIT,
		.len = 44,
		.head = "\x60\x0a\xbc\xde\x00\x34\x2f\x40" ENDS6
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 in IPv4",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET6,
		.len = 20,
		.head = "\x45\x00\x00\x44\x00\x00\x40\x00\x40\x29\x4e\x5a" ENDS4,
	},
	{
		.name = "IPv4 in IPv4",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET,
		.len = 20,
		.head = "\x45\x00\x00\x30\x00\x00\x40\x00\x40\x04\x4e\x93" ENDS4,
	},
	{
		.name = "IPv6 in IPv4, DSCP and ECN copied",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 20,
		.head = "\x45\xb9\x00\x44\x00\x00\x40\x00\x40\x29\x4d\xa1" ENDS4,
	},
	{
		.name = "IPv4 in IPv4, DSCP and ECN copied",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 20,
		.head = "\x45\xb9\x00\x30\x00\x00\x40\x00\x40\x04\x4d\xda" ENDS4,
	},
	{
		.name = "IPv6 in IPv4, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 20,
		.head = "\x45\xbb\x00\x44\x00\x00\x40\x00\x07\x29\x86\x9f" ENDS4,
	},
	{
		.name = "IPv6 in IPv4, no DF",
		.encap = FMIP_ENCAP_IP4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_FRAGMENT,
		.len = 20,
		.head = "\x45\x00\x00\x44\x00\x00\x00\x00\x40\x29\x00\x00" ENDS4,
	},
	{
		.name = "IPv6 GRE over IPv4",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET6,
		.len = 24,
		.head = "\x45\x00\x00\x48\x00\x00\x40\x00\x40\x2f\x4e\x50" ENDS4
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 GRE over IPv4, key",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET6,
		.has_key = true,
		.len = 28,
		.head = "\x45\x00\x00\x4c\x00\x00\x40\x00\x40\x2f\x4e\x4c" ENDS4
			"\x20\x00\x86\xdd\x01\x02\x03\x04",
	},
	{
		.name = "IPv4 GRE over IPv4",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET,
		.len = 24,
		.head = "\x45\x00\x00\x34\x00\x00\x40\x00\x40\x2f\x4e\x64" ENDS4
			"\x00\x00\x08\x00",
	},
	{
		.name = "IPv4 GRE over IPv4, key",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET,
		.has_key = true,
		.len = 28,
		.head = "\x45\x00\x00\x38\x00\x00\x40\x00\x40\x2f\x4e\x60" ENDS4
			"\x20\x00\x08\x00\x01\x02\x03\x04",
	},
	{
		.name = "IPv6 GRE over IPv4, DSCP and ECN copied",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 24,
		.head = "\x45\xb9\x00\x48\x00\x00\x40\x00\x40\x2f\x4d\x97" ENDS4
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv4 GRE over IPv4, DSCP and ECN copied",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 24,
		.head = "\x45\xb9\x00\x34\x00\x00\x40\x00\x40\x2f\x4d\xab" ENDS4
			"\x00\x00\x08\x00",
	},
	{
		.name = "IPv6 GRE over IPv4, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 24,
		.head = "\x45\xbb\x00\x48\x00\x00\x40\x00\x07\x2f\x86\x95" ENDS4
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 GRE over IPv4, no DF",
		.encap = FMIP_ENCAP_GRE4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_FRAGMENT,
		.len = 24,
		.head = "\x45\x00\x00\x48\x00\x00\x00\x00\x40\x2f\x00\x00" ENDS4
			"\x00\x00\x86\xdd",
	},
	{
		.name = "IPv6 UDP",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET6,
		.len = 28,
		.head = "\x45\x00\x00\x4c\x00\x00\x40\x00\x40\x11\x4e\x6a" ENDS4
			"\x15\x3d\x15\x3e\x00\x38\x00\x00",
	},
	{
		.name = "IPv6 UDP, checksum",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 28,
		.head = "\x45\x00\x00\x4c\x00\x00\x40\x00\x40\x11\x4e\x6a" ENDS4
			"\x15\x3d\x15\x3e\x00\x38\x95\xab",
	},
	{
		.name = "IPv4 UDP",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET,
		.len = 28,
		.head = "\x45\x00\x00\x38\x00\x00\x40\x00\x40\x11\x4e\x7e" ENDS4
			"\x15\x3d\x15\x3e\x00\x24\x00\x00",
	},
	{
		.name = "IPv4 UDP, checksum",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET,
		.flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 28,
		.head = "\x45\x00\x00\x38\x00\x00\x40\x00\x40\x11\x4e\x7e" ENDS4
			"\x15\x3d\x15\x3e\x00\x24\xb4\xbb",
	},
	{
		.name = "IPv6 UDP, DSCP and ECN copied",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 28,
		.head = "\x45\xb9\x00\x4c\x00\x00\x40\x00\x40\x11\x4d\xb1" ENDS4
			"\x15\x3d\x15\x3e\x00\x38\x00\x00",
	},
	{
		.name = "IPv4 UDP, DSCP and ECN copied",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 28,
		.head = "\x45\xb9\x00\x38\x00\x00\x40\x00\x40\x11\x4d\xc5" ENDS4
			"\x15\x3d\x15\x3e\x00\x24\x00\x00",
	},
	{
		.name = "IPv6 UDP, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 28,
		.head = "\x45\xbb\x00\x4c\x00\x00\x40\x00\x07\x11\x86\xaf" ENDS4
			"\x15\x3d\x15\x3e\x00\x38\x00\x00",
	},
	{
		.name = "IPv6 UDP, no DF",
		.encap = FMIP_ENCAP_UDP4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_FRAGMENT,
		.len = 28,
		.head = "\x45\x00\x00\x4c\x00\x00\x00\x00\x40\x11\x00\x00" ENDS4
			"\x15\x3d\x15\x3e\x00\x38\x00\x00",
	},
	{
		.name = "IPv6 TLV",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.len = 32,
		.head = "\x45\x00\x00\x50\x00\x00\x40\x00\x40\x11\x4e\x66" ENDS4
			"\x15\x3d\x15\x3e\x00\x3c\x00\x00"
			"\x00\x29\x00\x30",
	},
	{
		.name = "IPv6 TLV, key",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.has_key = true,
		.len = 40,
		.head = "\x45\x00\x00\x58\x00\x00\x40\x00\x40\x11\x4e\x5e" ENDS4
			"\x15\x3d\x15\x3e\x00\x44\x00\x00"
			"\x00\x2f\x00\x38"
			"\x20\x00\x86\xdd\x01\x02\x03\x04",
	},
	{
		.name = "IPv6 TLV, checksum",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 32,
		.head = "\x45\x00\x00\x50\x00\x00\x40\x00\x40\x11\x4e\x66" ENDS4
			"\x15\x3d\x15\x3e\x00\x3c\x95\x4a"
			"\x00\x29\x00\x30",
	},
	{
		.name = "IPv6 TLV, key, checksum",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.has_key = true, .flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 40,
		.head = "\x45\x00\x00\x58\x00\x00\x40\x00\x40\x11\x4e\x5e" ENDS4
			"\x15\x3d\x15\x3e\x00\x44\xea\x48"
			"\x00\x2f\x00\x38"
			"\x20\x00\x86\xdd\x01\x02\x03\x04",
	},
	{
		.name = "IPv4 TLV",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET,
		.len = 32,
		.head = "\x45\x00\x00\x3c\x00\x00\x40\x00\x40\x11\x4e\x7a" ENDS4
			"\x15\x3d\x15\x3e\x00\x28\x00\x00"
			"\x00\x04\x00\x1c",
	},
	{
		.name = "IPv4 TLV, key",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET,
		.has_key = true,
		.len = 40,
		.head = "\x45\x00\x00\x44\x00\x00\x40\x00\x40\x11\x4e\x72" ENDS4
			"\x15\x3d\x15\x3e\x00\x30\x00\x00"
			"\x00\x2f\x00\x24"
			"\x20\x00\x08\x00\x01\x02\x03\x04",
	},
	{
		.name = "IPv4 TLV, checksum",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET,
		.flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 32,
		.head = "\x45\x00\x00\x3c\x00\x00\x40\x00\x40\x11\x4e\x7a" ENDS4
			"\x15\x3d\x15\x3e\x00\x28\xb4\x93"
			"\x00\x04\x00\x1c",
	},
	{
		.name = "IPv4 TLV, key, checksum",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET,
		.has_key = true, .flags = FMIP_TUNNEL_F_UDP_CSUM,
		.len = 40,
		.head = "\x45\x00\x00\x44\x00\x00\x40\x00\x40\x11\x4e\x72" ENDS4
			"\x15\x3d\x15\x3e\x00\x30\x88\x4a"
			"\x00\x2f\x00\x24"
			"\x20\x00\x08\x00\x01\x02\x03\x04",
	},
	{
		.name = "IPv6 TLV, DSCP and ECN copied",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.dsfield = 0xb9,
		.len = 32,
		.head = "\x45\xb9\x00\x50\x00\x00\x40\x00\x40\x11\x4d\xad" ENDS4
			"\x15\x3d\x15\x3e\x00\x3c\x00\x00"
			"\x00\x29\x00\x30",
	},
	{
		.name = "IPv4 TLV, DSCP and ECN copied",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET,
		.dsfield = 0xb9,
		.len = 32,
		.head = "\x45\xb9\x00\x3c\x00\x00\x40\x00\x40\x11\x4d\xc1" ENDS4
			"\x15\x3d\x15\x3e\x00\x28\x00\x00"
			"\x00\x04\x00\x1c",
	},
	{
		.name = "IPv6 TLV, TTL, DSCP, ECN",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.ttl = 7, .dscp = 46, .dsfield = 0x03,
		.len = 32,
		.head = "\x45\xbb\x00\x50\x00\x00\x40\x00\x07\x11\x86\xab" ENDS4
			"\x15\x3d\x15\x3e\x00\x3c\x00\x00"
			"\x00\x29\x00\x30",
	},
	{
		.name = "IPv6 TLV, no DF",
		.encap = FMIP_ENCAP_TLV4, .family = AF_INET6,
		.flags = FMIP_TUNNEL_F_FRAGMENT,
		.len = 32,
		.head = "\x45\x00\x00\x50\x00\x00\x00\x00\x40\x11\x00\x00" ENDS4
			"\x15\x3d\x15\x3e\x00\x3c\x00\x00"
			"\x00\x29\x00\x30",
	},
};

static void head_name(const struct head_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(head, head_cases, head_name);

/* The first of each encapsulation: its plain header around an IPv6 packet. */
static const void *encap_gen_params(const void *prev, char *name)
{
	const struct head_case *was = prev, *c = prev;

	do {
		c = head_gen_params(c, name);
	} while (c && was && c->encap == was->encap);
	return c;
}

static void publish(struct kunit *test, struct fmip_path *path,
		    struct fmip_target *target)
{
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t;

	mutex_lock(&bed->fn.lock);
	t = fmip_tunnel_create(&bed->fn, 0, path, NULL);
	mutex_unlock(&bed->fn.lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	target->type = FMIP_TARGET_TUNNEL;
	target->tunnel = t;
}

static enum fmip_drop encap(struct kunit *test, const struct fmip_target *target,
			    struct sk_buff *skb)
{
	struct testbed *bed = test->priv;
	enum fmip_drop why;

	rcu_read_lock();
	local_bh_disable();
	why = fmip_encap_xmit(&bed->fn, target, skb);
	local_bh_enable();
	rcu_read_unlock();
	return why;
}

static struct fmip_path *path_of(struct kunit *test, const struct head_case *c)
{
	struct fmip_path *path = testbed_path(test, c->encap);

	if (c->encaplimit)
		path->encaplimit = c->encaplimit;
	if (c->dscp)
		path->dscp = c->dscp;
	path->ttl = c->ttl;
	path->flowlabel = htonl(c->label);
	path->flags = c->flags;
	return path;
}

static struct sk_buff *inner_of(struct kunit *test, const struct head_case *c)
{
	struct sk_buff *skb;

	if (c->family == AF_INET6) {
		skb = testbed_ip6(test, NUMBER, LEN6);
		ip6_flow_hdr(ipv6_hdr(skb), c->dsfield, htonl(c->inner_label));
		return skb;
	}
	skb = testbed_ip4(test, NUMBER, LEN4);
	ip_hdr(skb)->tos = c->dsfield;
	ip_send_check(ip_hdr(skb));
	return skb;
}

/* The identity is any: see that the checksum holds, and take both out. */
static void forget_identity(struct kunit *test, struct sk_buff *skb)
{
	struct iphdr *iph = (struct iphdr *)skb->data;

	KUNIT_EXPECT_FALSE(test, ip_fast_csum(iph, iph->ihl));
	iph->id = 0;
	iph->check = 0;
}

static void expect_sent(struct kunit *test, const struct head_case *c,
			const struct sk_buff *inner)
{
	struct testbed *bed = test->priv;
	struct sk_buff *skb = skb_dequeue(&bed->sent);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb->len, c->len + inner->len);
	/* As for a device that leaves checksums to the stack. */
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		KUNIT_EXPECT_EQ(test, skb_checksum_help(skb), 0);
	if (c->flags & FMIP_TUNNEL_F_FRAGMENT)
		forget_identity(test, skb);
	KUNIT_EXPECT_MEMEQ(test, skb->data, (const u8 *)c->head, c->len);
	KUNIT_EXPECT_MEMEQ(test, skb->data + c->len, inner->data, inner->len);
	kfree_skb(skb);
}

static void headers_are_right_to_the_byte(struct kunit *test)
{
	const struct head_case *c = test->param_value;
	struct fmip_target target = { .key = KEY, .has_key = c->has_key };
	struct fmip_path *path = path_of(test, c);
	struct sk_buff *inner = inner_of(test, c), *skb;

	KUNIT_EXPECT_EQ(test, fmip_path_overhead(path, c->has_key), c->len);
	publish(test, path, &target);
	skb = skb_copy(inner, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, encap(test, &target, skb), FMIP_DROP_NONE);
	expect_sent(test, c, inner);
	/* The same where there is no room in front of the packet. */
	skb = skb_copy_expand(inner, 0, 0, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb_headroom(skb), 0);
	KUNIT_EXPECT_EQ(test, encap(test, &target, skb), FMIP_DROP_NONE);
	expect_sent(test, c, inner);
	kfree_skb(inner);
}

/* RFC 2473 section 4.1.1: a tunnel in a tunnel has one less. */
static void a_limit_that_comes_along_counts_down(struct kunit *test)
{
	static const u8 option[] = { NEXTHDR_NONE, 0, 4, 1, 4, 1, 1, 0 };
	static const u8 wanted[] = { NEXTHDR_IPV6, 0, 4, 1, 3, 1, 1, 0 };
	struct sk_buff *skb = testbed_ip6(test, 0, LEN6);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};

	publish(test, testbed_path(test, FMIP_ENCAP_IP6), &target);
	ipv6_hdr(skb)->nexthdr = NEXTHDR_DEST;
	memcpy(skb->data + sizeof(struct ipv6hdr), option, sizeof(option));
	KUNIT_EXPECT_EQ(test, encap(test, &target, skb), FMIP_DROP_NONE);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, sizeof(struct ipv6hdr) + 8 + LEN6);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, NEXTHDR_DEST);
	KUNIT_EXPECT_MEMEQ(test, skb->data + sizeof(struct ipv6hdr), wanted,
			   sizeof(wanted));
	kfree_skb(skb);
}

static void a_hash_of_the_flow_is_a_label(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP6);
	struct sk_buff *skb = testbed_ip6(test, 0, LEN6);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};

	path->flags = FMIP_TUNNEL_F_FLOW_HASH;
	publish(test, path, &target);
	skb_set_hash(skb, 0xfff12345, PKT_HASH_TYPE_L4);
	KUNIT_EXPECT_EQ(test, encap(test, &target, skb), FMIP_DROP_NONE);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ntohl(ip6_flowlabel(ipv6_hdr(skb))), 0x12345);
	kfree_skb(skb);
}

/* Whoever computes the inner checksum later must find where it is. */
static void an_open_checksum_keeps_its_place(struct kunit *test)
{
	const struct head_case *c = test->param_value;
	struct sk_buff *skb = inner_of(test, c);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};
	unsigned int at = skb->len - 8;

	publish(test, path_of(test, c), &target);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb_set_transport_header(skb, at);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = 6;
	KUNIT_EXPECT_EQ(test, encap(test, &target, skb), FMIP_DROP_NONE);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_PARTIAL);
	KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb), c->len + at);
	KUNIT_EXPECT_TRUE(test, skb->encapsulation);
	KUNIT_EXPECT_EQ(test, skb_inner_network_offset(skb), c->len);
	KUNIT_EXPECT_EQ(test, skb_inner_transport_offset(skb), c->len + at);
	kfree_skb(skb);
}

/**
 * struct mtu_case - how much of an MTU is left
 * @name: of the case
 * @encap: enum fmip_encap
 * @has_key: with a key
 * @encaplimit: of the tunnel; 0 is none
 * @left: of TESTBED_MTU bytes
 */
struct mtu_case {
	const char *name;
	u8 encap;
	bool has_key;
	u8 encaplimit;
	unsigned int left;
};

static const struct mtu_case mtu_cases[] = {
	{ "IPv6", FMIP_ENCAP_IP6, false, 0, 1460 },
	{ "IPv6, limit", FMIP_ENCAP_IP6, false, 4, 1452 },
	{ "GRE over IPv6", FMIP_ENCAP_GRE6, false, 0, 1456 },
	{ "GRE over IPv6, key", FMIP_ENCAP_GRE6, true, 0, 1452 },
	{ "GRE over IPv6, limit", FMIP_ENCAP_GRE6, false, 4, 1448 },
	{ "GRE over IPv6, key, limit", FMIP_ENCAP_GRE6, true, 4, 1444 },
	{ "IPv4", FMIP_ENCAP_IP4, false, 0, 1480 },
	{ "GRE over IPv4", FMIP_ENCAP_GRE4, false, 0, 1476 },
	{ "GRE over IPv4, key", FMIP_ENCAP_GRE4, true, 0, 1472 },
	{ "UDP", FMIP_ENCAP_UDP4, false, 0, 1472 },
	{ "TLV", FMIP_ENCAP_TLV4, false, 0, 1468 },
	{ "TLV, key", FMIP_ENCAP_TLV4, true, 0, 1460 },
};

static void mtu_name(const struct mtu_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mtu, mtu_cases, mtu_name);

static struct sk_buff *packet(struct kunit *test, u8 family, unsigned int len)
{
	return family == AF_INET6 ? testbed_ip6(test, 0, len) :
				    testbed_ip4(test, 0, len);
}

/* What fits is sent whole, one byte more is not, and its sender is told. */
static void expect_edge(struct kunit *test, const struct fmip_target *target,
			u8 family, unsigned int fits, unsigned int outer)
{
	struct testbed *bed = test->priv;
	struct sk_buff *skb;

	bed->told = 0;
	KUNIT_EXPECT_EQ(test, encap(test, target, packet(test, family, fits)),
			FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, bed->told, 0);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, outer);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, encap(test, target, packet(test, family, fits + 1)),
			FMIP_DROP_TOO_BIG);
	KUNIT_EXPECT_EQ(test, bed->told, 1);
	KUNIT_EXPECT_EQ(test, bed->told_mtu, fits);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&bed->sent));
}

static void what_is_left_of_the_mtu_fits_and_no_more(struct kunit *test)
{
	const struct mtu_case *c = test->param_value;
	struct fmip_path *path = testbed_path(test, c->encap);
	struct fmip_target target = { .key = KEY, .has_key = c->has_key };
	struct testbed *bed = test->priv;
	struct dst_entry *dst;

	dst = path->key.family == AF_INET6 ? bed->dst6 : bed->dst4;
	if (c->encaplimit)
		path->encaplimit = c->encaplimit;
	publish(test, path, &target);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, dst, c->has_key), c->left);
	path->direct = true;
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, dst, c->has_key), c->left);
	path->direct = false;
	rcu_read_unlock();
	expect_edge(test, &target, AF_INET6, c->left, TESTBED_MTU);
	expect_edge(test, &target, AF_INET, c->left, TESTBED_MTU);
}

/* RFC 2473 section 7.1: 1280 bytes go through, in fragments outside. */
static void the_least_of_ipv6_goes_through_ipv6(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP6);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};

	testbed_set_mtu(bed->dst6, IPV6_MIN_MTU);
	publish(test, path, &target);
	expect_edge(test, &target, AF_INET6, IPV6_MIN_MTU, IPV6_MIN_MTU + 40);
	expect_edge(test, &target, AF_INET, IPV6_MIN_MTU - 40, IPV6_MIN_MTU);
}

/* RFC 4213 section 3.2.1: the same, and then without DF. */
static void the_least_of_ipv6_goes_through_ipv4(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP4);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};
	struct sk_buff *skb;

	testbed_set_mtu(bed->dst4, 1000);
	publish(test, path, &target);
	expect_edge(test, &target, AF_INET6, IPV6_MIN_MTU, IPV6_MIN_MTU + 20);
	expect_edge(test, &target, AF_INET, 980, 1000);
	KUNIT_EXPECT_EQ(test, encap(test, &target, testbed_ip6(test, 0, 1280)),
			FMIP_DROP_NONE);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_FALSE(test, ip_hdr(skb)->frag_off & htons(IP_DF));
	kfree_skb(skb);
}

static void a_tiny_mtu_leaves_the_least_of_ipv4(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP4);
	struct testbed *bed = test->priv;

	rcu_read_lock();
	testbed_set_mtu(bed->dst4, IPV4_MIN_MTU + 20 + 1);
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, bed->dst4, false), IPV4_MIN_MTU + 1);
	testbed_set_mtu(bed->dst4, IPV4_MIN_MTU + 20);
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, bed->dst4, false), IPV4_MIN_MTU);
	testbed_set_mtu(bed->dst4, 1);
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, bed->dst4, false), IPV4_MIN_MTU);
	rcu_read_unlock();
	fmip_path_free(path);
}

static void where_fragments_are_allowed_nobody_is_told(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_UDP4);
	struct testbed *bed = test->priv;
	struct fmip_target target = {};
	struct sk_buff *skb;

	path->flags = FMIP_TUNNEL_F_FRAGMENT;
	publish(test, path, &target);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, fmip_path_mtu(path, bed->dst4, false), IP_MAX_MTU - 28);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, encap(test, &target, testbed_ip4(test, 0, 9000)),
			FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, bed->told, 0);
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 9028);
	KUNIT_EXPECT_FALSE(test, ip_hdr(skb)->frag_off & htons(IP_DF));
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(headers_are_right_to_the_byte, head_gen_params),
	KUNIT_CASE(a_limit_that_comes_along_counts_down),
	KUNIT_CASE(a_hash_of_the_flow_is_a_label),
	KUNIT_CASE_PARAM(an_open_checksum_keeps_its_place, encap_gen_params),
	KUNIT_CASE_PARAM(what_is_left_of_the_mtu_fits_and_no_more, mtu_gen_params),
	KUNIT_CASE(the_least_of_ipv6_goes_through_ipv6),
	KUNIT_CASE(the_least_of_ipv6_goes_through_ipv4),
	KUNIT_CASE(a_tiny_mtu_leaves_the_least_of_ipv4),
	KUNIT_CASE(where_fragments_are_allowed_nobody_is_told),
	{}
};

static struct kunit_suite encap_suite = {
	.name = "fmip_encap",
	.suite_init = testbed_suite_init,
	.suite_exit = testbed_suite_exit,
	.init = testbed_init,
	.exit = testbed_exit,
	.test_cases = cases,
};

kunit_test_suite(encap_suite);
