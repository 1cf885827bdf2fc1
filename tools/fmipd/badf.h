/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The authenticator of FBU and FBack (RFC 5568 6.4.5, RFC 6275 6.2.7):
 * First(n, MAC(key, CoA | PAR | MH data)).
 */
#ifndef FMIPD_BADF_H
#define FMIPD_BADF_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "mh.h"

/**
 * enum badf_mac - how the authenticator is computed
 * @BADF_HMAC_SHA1_96: HMAC-SHA1, its first 12 octets; the default
 * @BADF_HMAC_SHA256_128: HMAC-SHA256, its first 16 octets
 * @BADF_HMAC_SHA256: HMAC-SHA256, all of its 32 octets
 */
enum badf_mac {
	BADF_HMAC_SHA1_96,
	BADF_HMAC_SHA256_128,
	BADF_HMAC_SHA256,
};

/**
 * struct badf_key - what a mobile node and its router share
 * @mac: how it is used
 * @len: octets of @bytes, at least 1
 * @bytes: the key
 */
struct badf_key {
	enum badf_mac mac;
	size_t len;
	const uint8_t *bytes;
};

/**
 * struct badf_ends - whose addresses the authenticator covers
 * @care_of: the address that is bound: see badf_fbu_care_of().  In an FBack it
 *	is the one in its AltCoA option if it has one (RFC 5568 leaves that
 *	open; a receiver may have to try both).
 * @par: the previous access router's address
 */
struct badf_ends {
	struct in6_addr care_of;
	struct in6_addr par;
};

/**
 * badf_size() - how long an authenticator is
 * @mac: how it is computed
 *
 * Return: octets, 0 if there is no such way.
 */
uint8_t badf_size(enum badf_mac mac);

/**
 * badf_sign() - put the authenticator into a message
 * @data: the message as mh_encode() made it, with a MOBOPT_BADF whose
 *	authenticator has badf_size() octets of any content
 * @len: octets
 * @key: the key of its SPI
 * @ends: the addresses
 *
 * The checksum comes after this.
 *
 * Return: 0; -EINVAL if the message does not end in such an option or the key
 *	is empty; -EIO if libcrypto refuses.
 */
int badf_sign(uint8_t *data, size_t len, const struct badf_key *key,
	      const struct badf_ends *ends);

/**
 * badf_verify() - whether the authenticator in a message is right
 * @data: the message as it was received
 * @len: octets
 * @key: the key of its SPI
 * @ends: the addresses
 *
 * It takes as long for one that is wrong in the first octet as for one that is
 * wrong in the last.
 *
 * Return: 0 if it is right; -EBADMSG if it is not; -EINVAL if the message does
 *	not end in an authenticator of the key's kind or the key is empty; -EIO
 *	if libcrypto refuses.
 */
int badf_verify(const uint8_t *data, size_t len, const struct badf_key *key,
		const struct badf_ends *ends);

/**
 * badf_fbu_care_of() - the address that an FBU binds
 * @fbu: the message
 * @source: of its IPv6 header
 * @pcoa: of its Home Address option
 *
 * Return: the PCoA if the FBU ends the binding (RFC 6275 6.2.7), else the
 *	alternate care-of address if there is one, else @source.
 */
const struct in6_addr *badf_fbu_care_of(const struct mh *fbu,
					const struct in6_addr *source,
					const struct in6_addr *pcoa);

#endif
