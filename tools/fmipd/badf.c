// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "badf.h"

#define CHECKSUM	4
#define CHECKSUM_SIZE	2

/* The type, the Length and the SPI, which are in front of the authenticator. */
#define HEAD_SIZE	(2 + BADF_SPI_SIZE)

static const struct {
	const char *digest;
	uint8_t size;
} macs[] = {
	[BADF_HMAC_SHA1_96] = { "SHA1", 12 },
	[BADF_HMAC_SHA256_128] = { "SHA256", 16 },
	[BADF_HMAC_SHA256] = { "SHA256", 32 },
};

uint8_t badf_size(enum badf_mac mac)
{
	return mac < sizeof(macs) / sizeof(macs[0]) ? macs[mac].size : 0;
}

/*
 * How much of a message comes before an authenticator of @size octets, 0 if it
 * does not end in one.
 */
static size_t covered(const uint8_t *data, size_t len, uint8_t size)
{
	const uint8_t *head;
	size_t total;

	if (!size || len < 2)
		return 0;
	total = (data[1] + 1) * 8;
	if (total > len || total < (size_t)HEAD_SIZE + size)
		return 0;
	head = data + total - size - HEAD_SIZE;
	if (head[0] != MOBOPT_BADF)
		return 0;
	if (head[1] != size && head[1] != size + BADF_SPI_SIZE)
		return 0;
	return total - size;
}

/*
 * What each digest is computed with, made once: most of the work would be that, and
 * whoever forges messages chooses how often it is done.
 */
static EVP_MAC_CTX *context_of(enum badf_mac mac)
{
	static EVP_MAC_CTX *contexts[sizeof(macs) / sizeof(macs[0])];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 (char *)macs[mac].digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac;

	if (contexts[mac])
		return contexts[mac];
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (!hmac)
		return NULL;
	contexts[mac] = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (contexts[mac] && !EVP_MAC_CTX_set_params(contexts[mac], params)) {
		EVP_MAC_CTX_free(contexts[mac]);
		contexts[mac] = NULL;
	}
	return contexts[mac];
}

/* The context keeps a key until it is given another. */
static int compute_hmac(const struct badf_key *key, const uint8_t *text, size_t len,
			uint8_t mac[EVP_MAX_MD_SIZE])
{
	static const uint8_t no_key[1];
	EVP_MAC_CTX *context = context_of(key->mac);
	size_t mac_len;
	bool done;

	if (!context)
		return -EIO;
	done = EVP_MAC_init(context, key->bytes, key->len, NULL) &&
	       EVP_MAC_update(context, text, len) &&
	       EVP_MAC_final(context, mac, &mac_len, EVP_MAX_MD_SIZE);
	return EVP_MAC_init(context, no_key, sizeof(no_key), NULL) && done ? 0 : -EIO;
}

/* The whole MAC over the first @len octets of a message, whatever its checksum. */
static int compute(const uint8_t *data, size_t len, const struct badf_key *key,
		   const struct badf_ends *ends, uint8_t mac[EVP_MAX_MD_SIZE])
{
	uint8_t text[2 * sizeof(struct in6_addr) + MH_SIZE_MAX];
	struct writer w;

	if (!key->len)
		return -EINVAL;
	writer_init(&w, text, sizeof(text));
	writer_bytes(&w, &ends->care_of, sizeof(ends->care_of));
	writer_bytes(&w, &ends->par, sizeof(ends->par));
	writer_bytes(&w, data, CHECKSUM);
	writer_zeros(&w, CHECKSUM_SIZE);
	writer_bytes(&w, data + CHECKSUM + CHECKSUM_SIZE,
		     len - CHECKSUM - CHECKSUM_SIZE);
	return compute_hmac(key, text, w.pos, mac);
}

int badf_sign(uint8_t *data, size_t len, const struct badf_key *key,
	      const struct badf_ends *ends)
{
	uint8_t size = badf_size(key->mac), mac[EVP_MAX_MD_SIZE];
	size_t before = covered(data, len, size);
	int err;

	if (!before)
		return -EINVAL;
	err = compute(data, before, key, ends, mac);
	if (err)
		return err;
	memcpy(data + before, mac, size);
	return 0;
}

int badf_verify(const uint8_t *data, size_t len, const struct badf_key *key,
		const struct badf_ends *ends)
{
	uint8_t size = badf_size(key->mac), mac[EVP_MAX_MD_SIZE];
	size_t before = covered(data, len, size);
	int err;

	if (!before)
		return -EINVAL;
	err = compute(data, before, key, ends, mac);
	if (err)
		return err;
	return CRYPTO_memcmp(data + before, mac, size) ? -EBADMSG : 0;
}

const struct in6_addr *badf_fbu_care_of(const struct mh *fbu,
					const struct in6_addr *source,
					const struct in6_addr *pcoa)
{
	const struct mobopt *altcoa;

	if (!fbu->fbu.lifetime)
		return pcoa;
	altcoa = mobopts_find(&fbu->options, MOBOPT_ALTCOA);
	return altcoa ? &altcoa->care_of : source;
}
