/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every kind of message that the codec can send, for all tests alike.
 */
#ifndef FMIPD_SAMPLES_H
#define FMIPD_SAMPLES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "badf.h"
#include "mh.h"
#include "nd.h"

/* Enough for the packet of any sample. */
#define SAMPLE_SIZE	1500

/**
 * struct sample - a message and the packet that it is in
 * @name: what it is called
 * @is_mh: @mh, else @nd
 * @ip: the addresses of the IPv6 header
 * @has_hao: it has a Home Address option, @home
 * @has_rh2: it has a type 2 routing header, @home
 * @home: the PCoA
 * @key: what it is signed with if it has a MOBOPT_BADF
 * @signs: what is signed then
 * @lla_len: of the link
 * @mh: the message
 * @nd: the message
 */
struct sample {
	const char *name;
	bool is_mh;
	struct ip6_ends ip;
	bool has_hao;
	bool has_rh2;
	struct in6_addr home;
	struct badf_key key;
	struct badf_ends signs;
	uint8_t lla_len;
	union {
		struct mh mh;
		struct nd nd;
	};
};

/**
 * samples_get() - all of them
 * @count: becomes how many
 *
 * Return: the first.
 */
const struct sample *samples_get(size_t *count);

/**
 * sample_find() - one of them
 * @name: its name
 *
 * Return: the sample; without one the program ends.
 */
const struct sample *sample_find(const char *name);

/**
 * sample_ends() - what its checksum covers
 * @sample: the sample
 *
 * Return: the addresses of the pseudo-header.
 */
struct ip6_ends sample_ends(const struct sample *sample);

/**
 * sample_encode() - the message as it is on the wire, signed and complete
 * @sample: the sample
 * @data: SAMPLE_SIZE octets that it goes to
 *
 * Return: its length; the program ends if it cannot be encoded.
 */
size_t sample_encode(const struct sample *sample, uint8_t *data);

/**
 * sample_packet() - the IPv6 packet that it is in
 * @sample: the sample
 * @data: SAMPLE_SIZE octets that it goes to
 *
 * Return: its length.
 */
size_t sample_packet(const struct sample *sample, uint8_t *data);

#endif
