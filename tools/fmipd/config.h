/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operator has decided: fmipd.conf(5), read by config_load().
 *
 * Times are in milliseconds unless a name says otherwise.  What is read is never
 * changed afterwards: SIGHUP makes another one.
 */
#ifndef FMIPD_CONFIG_H
#define FMIPD_CONFIG_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "badf.h"

/* The most octets of a key. */
#define CONFIG_KEY_MAX	64

/**
 * enum config_role - what this node is; a set of those that go together
 * @CONFIG_AR: an access router, PAR and NAR at once (RFC 5568)
 * @CONFIG_MN: a mobile node (RFC 5568)
 */
enum config_role {
	CONFIG_AR = 1,
	CONFIG_MN = 2,
};

/**
 * enum config_errors - which messages of an unknown type are answered with a Binding Error
 * @CONFIG_ERRORS_ALL: all (RFC 6275 section 9.2)
 * @CONFIG_ERRORS_OTHERS: those of types that RFC 6275 does not have itself: another
 *	daemon sees to these
 * @CONFIG_ERRORS_NONE: none
 */
enum config_errors {
	CONFIG_ERRORS_ALL,
	CONFIG_ERRORS_OTHERS,
	CONFIG_ERRORS_NONE,
};

/**
 * enum config_copying - when a PAR begins to keep copies of what it delivers
 * @CONFIG_COPY_NEVER: it does not
 * @CONFIG_COPY_RTSOLPR: when the node asks about other access points, or its link
 *	fades
 * @CONFIG_COPY_ALWAYS: when it is first heard of
 */
enum config_copying {
	CONFIG_COPY_NEVER,
	CONFIG_COPY_RTSOLPR,
	CONFIG_COPY_ALWAYS,
};

/**
 * enum config_addressing - where NCoAs come from at a NAR
 * @CONFIG_NCOA_PROPOSED: from the node; what is not usable is refused
 * @CONFIG_NCOA_ASSIGNED: from the pool of the interface, always
 * @CONFIG_NCOA_PCOA: none is used: packets for the PCoA come to the NAR (HAck 3)
 */
enum config_addressing {
	CONFIG_NCOA_PROPOSED,
	CONFIG_NCOA_ASSIGNED,
	CONFIG_NCOA_PCOA,
};

/**
 * enum config_unusable - what a NAR answers if a proposed NCoA is not usable
 * @CONFIG_UNUSABLE_OTHER: another address out of the pool (HAck 1)
 * @CONFIG_UNUSABLE_PCOA: use the PCoA (HAck 3, NAACK 3 and 4)
 * @CONFIG_UNUSABLE_NONE: that it is not, and nothing else (HAck 1)
 */
enum config_unusable {
	CONFIG_UNUSABLE_OTHER,
	CONFIG_UNUSABLE_PCOA,
	CONFIG_UNUSABLE_NONE,
};

/**
 * enum config_ipsec - how HI and HAck must be protected (RFC 5568 10)
 * @CONFIG_IPSEC_REQUIRED: by ESP in transport mode: policies are put into the
 *	kernel that let nothing else out or in
 * @CONFIG_IPSEC_OFF: not at all, for a closed network or a test
 */
enum config_ipsec {
	CONFIG_IPSEC_REQUIRED,
	CONFIG_IPSEC_OFF,
};

/**
 * enum config_iid - how a mobile node makes the lower half of an NCoA
 * @CONFIG_IID_STABLE: as RFC 7217 does, from a secret and the prefix
 * @CONFIG_IID_EUI64: from the link-layer address (RFC 4291 appendix A)
 */
enum config_iid {
	CONFIG_IID_STABLE,
	CONFIG_IID_EUI64,
};

/**
 * enum config_triggers - who says what a link does
 * @CONFIG_TRIGGERS_ALL: rtnetlink (carrier, ports of bridges) and nl80211 (access
 *	points, stations, signal)
 * @CONFIG_TRIGGERS_LINK: rtnetlink only
 * @CONFIG_TRIGGERS_NONE: neither: somebody who knows better, on the control socket
 */
enum config_triggers {
	CONFIG_TRIGGERS_ALL,
	CONFIG_TRIGGERS_LINK,
	CONFIG_TRIGGERS_NONE,
};

/**
 * enum config_una - where a UNA goes (RFC 5568 6.3)
 * @CONFIG_UNA_ALL_NODES: to all nodes of the link
 * @CONFIG_UNA_NAR: to the router
 */
enum config_una {
	CONFIG_UNA_ALL_NODES,
	CONFIG_UNA_NAR,
};

/**
 * struct config_prefix - a prefix, or a part of it that is a pool
 * @len: bits
 * @address: the bits behind @len are 0
 */
struct config_prefix {
	uint8_t len;
	struct in6_addr address;
};

/**
 * struct config_retry - how a message is sent again that is not answered
 * @first: until the first retransmission; each later one takes twice as long
 * @retries: at most so many retransmissions
 * @per_second: at most so many of its kind in a second, to one peer; 0 for any
 */
struct config_retry {
	uint32_t first;
	uint32_t retries;
	uint32_t per_second;
};

/**
 * struct config_buffer - bounds of what is buffered for one node
 * @packets: at most so many
 * @bytes: at most so much memory
 * @age: none that are older; 0 for any
 */
struct config_buffer {
	uint32_t packets;
	uint32_t bytes;
	uint32_t age;
};

/**
 * struct config_interface - a link with mobile nodes, or of the mobile node
 * @name: of the interface
 * @triggers: who says what it does
 * @aps: the access points whose nodes are on it
 * @aps_count: how many
 * @prefixes: of the addresses that a node may have there; those of the interface's
 *	own addresses are added to them at run time
 * @prefixes_count: how many
 * @pool: assigned NCoAs are taken from it; its length is 0 if there is none
 * @dad_probe: ask the link whether a proposed NCoA is in use
 * @dad_wait: for how long to wait for an answer then
 */
struct config_interface {
	char name[IFNAMSIZ];
	enum config_triggers triggers;
	struct lla *aps;
	size_t aps_count;
	struct config_prefix *prefixes;
	size_t prefixes_count;
	struct config_prefix pool;
	bool dad_probe;
	uint32_t dad_wait;
};

/**
 * struct config_neighbour - an access router near this one
 * @name: what it is called in logs and by fmipctl
 * @address: its global address, with which HI and HAck are exchanged
 * @lla: its link-layer address, on the link of its mobile nodes
 * @aps: its access points
 * @aps_count: how many
 * @prefixes: those from which NCoAs are there, and PCoAs are that may go on being
 *	used elsewhere; the first is told to nodes
 * @prefixes_count: how many
 * @fmip: it speaks RFC 5568
 * @dhcp: nodes get addresses by DHCP there (PrRtAdv Code 5)
 * @hi_timeout: until the first retransmission of HI to it, 0 for that of
 *	&struct config_ar; longer for one that probes for duplicates
 * @reqid: that of the security associations with it, 0 for those that have none
 */
struct config_neighbour {
	const char *name;
	struct in6_addr address;
	struct lla lla;
	struct lla *aps;
	size_t aps_count;
	struct config_prefix *prefixes;
	size_t prefixes_count;
	bool fmip;
	bool dhcp;
	uint32_t hi_timeout;
	uint32_t reqid;
};

/**
 * struct config_key - what a mobile node and its PAR share
 * @pcoa: for nodes with a PCoA of this prefix; a whole address for one
 * @spi: its index
 * @mac: how it is used
 * @len: octets of @bytes
 * @bytes: the key
 */
struct config_key {
	struct config_prefix pcoa;
	uint32_t spi;
	enum badf_mac mac;
	size_t len;
	uint8_t bytes[CONFIG_KEY_MAX];
};

/**
 * struct config_ar - an access router
 * @address: its own, with which it exchanges HI and HAck
 * @hi: retransmission of HI
 * @copying: when copies begin to be kept
 * @window: what is kept of copies
 * @buffer: what is buffered, as a NAR and as a PAR
 * @hold: how long packets are held for a node that does not come; 0 for as long as
 *	its binding lives
 * @speedup: how much faster than packets came they are released, percent
 * @lifetime_max: the longest lifetime that is granted to an FBU, seconds
 * @addressing: where NCoAs come from
 * @unusable: what is answered where a proposed one is not usable
 * @proxy_nd_lifetime: how long an NCoA is defended before the node comes
 * @una_memory: how long a UNA for which there is no HI yet is remembered
 * @rh2: send an FBack with a type 2 routing header
 * @fback_to_pcoa: send it to the old link, too
 * @badf_bare_length: the Length of BADF that is sent counts the authenticator
 *	only (RFC 5568 6.4.5 can be read so)
 * @accept_fna: the obsolete FNA of RFC 4068 is as good as a UNA, from who is known
 * @ask_to_buffer: send HI with the U flag
 * @assign: send HI with the S flag
 * @defend_pcoa: answer for the PCoA on the old link while it is redirected
 * @linger: for how long after a UNA an access router keeps the state of a handover
 */
struct config_ar {
	struct in6_addr address;
	struct config_retry hi;
	enum config_copying copying;
	struct config_buffer window;
	struct config_buffer buffer;
	uint32_t hold;
	uint32_t speedup;
	uint16_t lifetime_max;
	enum config_addressing addressing;
	enum config_unusable unusable;
	uint32_t proxy_nd_lifetime;
	uint32_t una_memory;
	bool rh2;
	bool fback_to_pcoa;
	bool badf_bare_length;
	bool accept_fna;
	bool ask_to_buffer;
	bool assign;
	bool defend_pcoa;
	uint32_t linger;
};

/**
 * struct config_mn - a mobile node
 * @rtsolpr: retransmission of RtSolPr
 * @fbu: retransmission of FBU
 * @una: retransmission of UNA
 * @lifetime: what an FBU asks for, seconds
 * @iid: how NCoAs are made
 * @una_to: where a UNA goes
 * @par: the address of the first PAR, where no message tells it; else unspecified
 * @reverse_tunnel: what has the PCoA for its source goes through the PAR
 * @fback_wait: how long the node stays for an FBack once its FBU is sent
 * @complete: path of a program to run when the node has come to another link, or NULL:
 *	the hook of a Mobile IPv6 daemon, which then has the handover completed
 * @hold_bytes: of what is sent while there is no link, so much waits; 0 for nothing
 * @badf_bare_length: as in &struct config_ar
 * @tell_link_down: say in an FBU when the old link went down
 */
struct config_mn {
	struct config_retry rtsolpr;
	struct config_retry fbu;
	struct config_retry una;
	uint16_t lifetime;
	enum config_iid iid;
	enum config_una una_to;
	struct in6_addr par;
	bool reverse_tunnel;
	uint32_t fback_wait;
	const char *complete;
	uint32_t hold_bytes;
	bool badf_bare_length;
	bool tell_link_down;
};

/**
 * struct config_limits - what all nodes together may take
 * @nodes: mobile nodes with state
 * @addresses: PCoAs of one of them
 * @una: UNAs that are remembered
 * @messages: of one peer in a second that are looked at
 * @log: lines of one kind in a second that are written
 * @records: handovers that are over and can still be shown
 * @strangers: messages of all that are no peers, together, in a second; of one link
 *	and one protocol
 */
struct config_limits {
	uint32_t nodes;
	uint32_t addresses;
	uint32_t una;
	uint32_t messages;
	uint32_t log;
	uint32_t records;
	uint32_t strangers;
};

struct keyring;

/**
 * struct config - all of it
 * @roles: set of &enum config_role
 * @control: path of the control socket
 * @state: directory for what must outlive the daemon
 * @keys_directory: further keys, one in a file; or NULL
 * @ipsec: protection of HI and HAck
 * @binding_errors: what is answered with one
 * @vendor_id: the enterprise number of options that only fmipd has
 * @interfaces: links with mobile nodes, or those of the mobile node
 * @interfaces_count: how many
 * @neighbours: access routers near this one
 * @neighbours_count: how many
 * @keys: of mobile nodes, those of @keys_directory among them
 * @keys_count: how many
 * @keyring: keys that were given since, or NULL; not a part of what was read
 * @ar: for CONFIG_AR
 * @mn: for CONFIG_MN
 * @limits: what all nodes together may take
 */
struct config {
	unsigned int roles;
	const char *control;
	const char *state;
	const char *keys_directory;
	enum config_ipsec ipsec;
	enum config_errors binding_errors;
	uint32_t vendor_id;
	struct config_interface *interfaces;
	size_t interfaces_count;
	struct config_neighbour *neighbours;
	size_t neighbours_count;
	struct config_key *keys;
	size_t keys_count;
	const struct keyring *keyring;
	struct config_ar ar;
	struct config_mn mn;
	struct config_limits limits;
};

/**
 * struct config_error - what is wrong with it
 * @text: "FILE:LINE: what is wrong, naming it", without a newline
 */
struct config_error {
	char text[512];
};

/**
 * config_load() - read the configuration
 * @path: of the file
 * @error: says what is wrong, if anything
 *
 * All that can be known without the network is checked, and nothing in the file is
 * passed over: a name that is not known is an error.
 *
 * Return: the configuration, for config_free(), or NULL.
 */
struct config *config_load(const char *path, struct config_error *error);

/**
 * config_free() - forget it, the keys first
 * @config: what config_load() gave, or NULL
 */
void config_free(struct config *config);

/**
 * config_prefix_has() - whether an address is in a prefix
 * @prefix: the prefix
 * @address: the address
 *
 * Return: true if so.
 */
bool config_prefix_has(const struct config_prefix *prefix, const struct in6_addr *address);

/**
 * config_neighbour_of() - the access router that has a prefix
 * @config: where to look
 * @address: an NCoA
 *
 * The longest prefix decides (RFC 5568 section 4).
 *
 * Return: the router or NULL.
 */
const struct config_neighbour *config_neighbour_of(const struct config *config,
						   const struct in6_addr *address);

/**
 * config_neighbour_at() - the access router with an access point
 * @config: where to look
 * @ap: the access point
 *
 * Return: the router or NULL.
 */
const struct config_neighbour *config_neighbour_at(const struct config *config,
						   const struct lla *ap);

/**
 * config_peer() - the access router with an address
 * @config: where to look
 * @address: that with which it sends HI and HAck
 *
 * Return: the router, which speaks RFC 5568, or NULL.
 */
const struct config_neighbour *config_peer(const struct config *config,
					   const struct in6_addr *address);

/**
 * config_key_of() - the key of a node
 * @config: where to look
 * @pcoa: the node's address
 * @spi: index of the key
 *
 * Return: that with the longest prefix, of two the one that was given since, or NULL.
 */
const struct config_key *config_key_of(const struct config *config,
				       const struct in6_addr *pcoa, uint32_t spi);

/**
 * config_key_at() - the key for exactly these nodes, of those that were read
 * @config: where to look
 * @pcoa: addresses of the nodes
 * @spi: index of the key
 *
 * Return: the key or NULL.
 */
const struct config_key *config_key_at(const struct config *config,
				       const struct config_prefix *pcoa, uint32_t spi);

/**
 * config_key_same() - whether the same FBUs are valid with both
 * @a: a key
 * @b: another one
 *
 * Return: whether they are.
 */
bool config_key_same(const struct config_key *a, const struct config_key *b);

/**
 * config_key_any() - any key of a node
 * @config: where to look
 * @pcoa: the node's address
 *
 * Return: one with the longest prefix, of two one that was given since, or NULL.
 */
const struct config_key *config_key_any(const struct config *config,
					const struct in6_addr *pcoa);

/**
 * config_key_least() - how long a key must be
 * @mac: how it is used
 * @source: becomes the document that says so
 *
 * Return: octets.
 */
size_t config_key_least(enum badf_mac mac, const char **source);

/**
 * config_fixed() - whether a daemon that runs can go on with another configuration
 * @old: what it has
 * @config: the other one
 *
 * Return: NULL if it can; else the setting for which it has to be started anew.
 */
const char *config_fixed(const struct config *old, const struct config *config);

#endif
