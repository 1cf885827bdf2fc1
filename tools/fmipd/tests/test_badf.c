// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "badf.h"
#include "samples.h"
#include "test.h"

static const char *const signed_samples[] = {
	"fbu-par-link", "fbu-par-link-lla", "fbu-nar-link", "fbu-release",
	"fbu-bare-length", "fbu-sha256-128", "fbu-sha256", "fback-accepted",
	"fback-altcoa", "fback-refused", "fback-rh2",
};

#define SIGNED	(sizeof(signed_samples) / sizeof(signed_samples[0]))

static uint8_t data[SAMPLE_SIZE];

/* What libcrypto has of memory now, and how often it has asked for some. */
#define BLOCKS	65536

static struct {
	uint8_t *start;
	size_t size;
} blocks[BLOCKS];

static unsigned int asked;

static void note(void *was, void *is, size_t size)
{
	size_t i = 0;

	while (i < BLOCKS && blocks[i].start != was)
		i++;
	assert_true(i < BLOCKS);
	blocks[i].start = is;
	blocks[i].size = size;
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
	void *block = malloc(size);

	(void)file;
	(void)line;
	asked++;
	note(NULL, block, size);
	return block;
}

static void crypto_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	if (block)
		note(block, NULL, 0);
	free(block);
}

static void *crypto_realloc(void *block, size_t size, const char *file, int line)
{
	void *other = crypto_malloc(size, file, line);
	size_t i = 0;

	while (block && blocks[i].start != block)
		i++;
	if (block)
		memcpy(other, block, blocks[i].size < size ? blocks[i].size : size);
	crypto_free(block, file, line);
	return other;
}

static bool is_kept(const struct badf_key *key)
{
	size_t i;

	for (i = 0; i < BLOCKS; i++)
		if (blocks[i].start && memmem(blocks[i].start, blocks[i].size, key->bytes,
					      key->len))
			return true;
	return false;
}

/* A complete message, with its checksum in it, is as good as it was signed. */
static void verified(void **state)
{
	const struct sample *s;
	size_t i, len;

	(void)state;
	for (i = 0; i < SIGNED; i++) {
		s = sample_find(signed_samples[i]);
		len = sample_encode(s, data);
		assert_int_equal(badf_verify(data, len, &s->key, &s->signs), 0);
		/* octets behind the message belong to no one */
		assert_int_equal(badf_verify(data, len + 8, &s->key, &s->signs),
				 0);
	}
}

/* Any octet that differs is noticed, but for those of the checksum. */
static void altered(void **state)
{
	const struct sample *s;
	size_t i, n, len;
	int wanted;

	(void)state;
	for (i = 0; i < SIGNED; i++) {
		s = sample_find(signed_samples[i]);
		len = sample_encode(s, data);
		for (n = 0; n < len; n++) {
			/* the length, and where the BADF option begins */
			if (n == 1 || n == len - badf_size(s->key.mac) - 6 ||
			    n == len - badf_size(s->key.mac) - 5)
				wanted = -EINVAL;
			else
				wanted = n == 4 || n == 5 ? 0 : -EBADMSG;
			data[n] ^= 0x80;
			assert_int_equal(badf_verify(data, len, &s->key,
						     &s->signs), wanted);
			data[n] ^= 0x80;
		}
	}
}

/* The Option Length is covered as it was received, in either reading of it. */
static void length_is_covered(void **state)
{
	const struct sample *s = sample_find("fbu-bare-length");
	size_t len = sample_encode(s, data);

	(void)state;
	assert_int_equal(data[15], 12);
	data[15] = 16;
	assert_int_equal(badf_verify(data, len, &s->key, &s->signs), -EBADMSG);
}

static void other_addresses(void **state)
{
	const struct sample *s = sample_find("fbu-par-link");
	size_t i, len = sample_encode(s, data);
	struct badf_ends ends = s->signs;

	(void)state;
	for (i = 0; i < sizeof(ends); i++) {
		((uint8_t *)&ends)[i] ^= 1;
		assert_int_equal(badf_verify(data, len, &s->key, &ends),
				 -EBADMSG);
		((uint8_t *)&ends)[i] ^= 1;
	}
}

static void other_keys(void **state)
{
	const struct sample *s = sample_find("fbu-sha256-128");
	size_t len = sample_encode(s, data);
	struct badf_key key = s->key;
	uint8_t bytes[20];

	(void)state;
	memcpy(bytes, key.bytes, sizeof(bytes));
	bytes[19] ^= 1;
	key.bytes = bytes;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EBADMSG);
	key.bytes = s->key.bytes;
	key.len--;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EBADMSG);
	key.len = 0;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EINVAL);
	assert_int_equal(badf_sign(data, len, &key, &s->signs), -EINVAL);

	/* a key for one kind of authenticator does not serve another one */
	key = s->key;
	key.mac = BADF_HMAC_SHA1_96;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EINVAL);
	key.mac = BADF_HMAC_SHA256;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EINVAL);
	key.mac = 77;
	assert_int_equal(badf_verify(data, len, &key, &s->signs), -EINVAL);
	assert_int_equal(badf_size(77), 0);
}

static void nothing_to_sign(void **state)
{
	const struct sample *s = sample_find("fbu-par-link");
	size_t len, whole;
	uint8_t before[SAMPLE_SIZE];

	(void)state;
	whole = sample_encode(sample_find("hi"), data);
	memcpy(before, data, whole);
	for (len = 0; len <= whole; len++)
		assert_int_equal(badf_sign(data, len, &s->key, &s->signs),
				 -EINVAL);
	assert_memory_equal(before, data, whole);
}

/* A header that says that it is shorter than an authenticator. */
static void too_short_to_sign(void **state)
{
	struct badf_key key = sample_find("fbu-sha256")->key;
	const struct badf_ends *ends = &sample_find("fbu-sha256")->signs;
	uint8_t *exact;
	size_t len;

	(void)state;
	for (len = 0; len <= 64; len++) {
		exact = calloc(1, len + !len);
		assert_non_null(exact);
		if (len > 1)
			exact[1] = len < 8 ? 0 : len / 8 - 1;
		assert_int_equal(badf_verify(exact, len, &key, ends), -EINVAL);
		assert_int_equal(badf_sign(exact, len, &key, ends), -EINVAL);
		free(exact);
	}
}

/* Whoever forges FBUs makes this work: it is not begun from nothing each time. */
static void what_can_be_is_kept(void **state)
{
	const struct sample *s = sample_find("fbu-par-link");
	size_t len = sample_encode(s, data), mac_len;
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned int i, anew;

	(void)state;
	assert_int_equal(badf_verify(data, len, &s->key, &s->signs), 0);
	asked = 0;
	for (i = 0; i < 100; i++)
		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, s->key.bytes,
					  s->key.len, data, len, mac, sizeof(mac), &mac_len));
	anew = asked;
	asked = 0;
	for (i = 0; i < 100; i++)
		assert_int_equal(badf_verify(data, len, &s->key, &s->signs), 0);
	assert_true(asked < anew);
}

/* It is in the configuration and in the keyring, which forget it. */
static void no_key_is_kept(void **state)
{
	const struct sample *s;
	size_t i, len;

	(void)state;
	for (i = 0; i < SIGNED; i++) {
		s = sample_find(signed_samples[i]);
		len = sample_encode(s, data);
		assert_false(is_kept(&s->key));
		assert_int_equal(badf_verify(data, len, &s->key, &s->signs), 0);
		assert_false(is_kept(&s->key));
	}
}

static void fbu_care_of(void **state)
{
	struct in6_addr source = address("2001:db8:9::9");
	struct in6_addr pcoa = address("2001:db8:1::10");
	struct in6_addr ncoa = address("2001:db8:2::10");
	const struct mh *with = &sample_find("fbu-par-link")->mh;
	const struct mh *without = &sample_find("fbu-nar-link")->mh;
	const struct mh *release = &sample_find("fbu-release")->mh;

	(void)state;
	assert_memory_equal(badf_fbu_care_of(with, &source, &pcoa), &ncoa, 16);
	assert_ptr_equal(badf_fbu_care_of(without, &source, &pcoa), &source);
	assert_ptr_equal(badf_fbu_care_of(release, &source, &pcoa), &pcoa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verified),
		cmocka_unit_test(altered),
		cmocka_unit_test(length_is_covered),
		cmocka_unit_test(other_addresses),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(nothing_to_sign),
		cmocka_unit_test(too_short_to_sign),
		cmocka_unit_test(fbu_care_of),
		cmocka_unit_test(what_can_be_is_kept),
		cmocka_unit_test(no_key_is_kept),
	};

	/* Before it has any. */
	assert_true(CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free));

	return cmocka_run_group_tests_name("BADF", tests, NULL, NULL);
}
