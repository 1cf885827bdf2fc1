// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up in a configuration, and that no key stays behind.
 */
#include <arpa/inet.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "test.h"

#define AR	"roles = [ \"ar\" ]; ar = { address = \"2001:db8:1::1\"; };" \
		"interfaces = ( { name = \"wlan0\"; } );\n"

/* Of so many keys. */
#define SPIS	250

/* What no memory that is freed may have in it; NULL if it does not matter. */
static const char *forbidden;
static unsigned int freed, left_behind;

__typeof__(free) __real_free, __wrap_free;

void __wrap_free(void *memory)
{
	if (memory && forbidden) {
		freed++;
		if (memmem(memory, malloc_usable_size(memory), forbidden,
			   strlen(forbidden)))
			left_behind++;
	}
	__real_free(memory);
}

static struct config *load(const char *text, struct config_error *error)
{
	int fd = memfd_create("fmipd.conf", MFD_CLOEXEC);
	struct config *config;
	char path[32];

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config = config_load(path, error);
	close(fd);
	return config;
}

static struct config *must_load(const char *text)
{
	struct config_error error = { "" };
	struct config *config = load(text, &error);

	if (!config)
		fail_msg("%s", error.text);
	return config;
}

static const char neighbours[] = AR
	"neighbours = (\n"
	"{ name = \"wide\"; address = \"2001:db8:a::1\";"
	"  link_layer_address = \"02:00:5e:00:0a:00\";"
	"  access_points = [ \"02:00:5e:00:0a:01\", \"02:00:5e:00:0a:02\" ];"
	"  prefixes = [ \"2001:db8:a::/64\", \"2001:db8::/32\" ]; },\n"
	"{ name = \"narrow\"; address = \"2001:db8:b::1\";"
	"  link_layer_address = \"02:00:5e:00:0b:00\";"
	"  access_points = [ \"02:00:5e:00:0a:01:00:00\" ];"
	"  prefixes = [ \"2001:db8:b::/64\", \"2001:db8:a:0:8000::/65\" ]; },\n"
	"{ name = \"silent\"; fmip = false; address = \"2001:db8:c::1\";"
	"  prefixes = [ \"2001:db8:b::/48\" ];"
	"  access_points = [ \"02:00:5e:00:0c:01\" ]; },\n"
	"{ name = \"nameless\"; fmip = false;"
	"  access_points = [ \"02:00:5e:00:0d:01\" ]; } );\n";

static void assert_neighbour(const struct config_neighbour *found, const char *name)
{
	if (!name) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found->name, name);
}

static void neighbour_of(void **state)
{
	static const struct {
		const char *address;
		const char *name;
	} cases[] = {
		{ "2001:db8:a::5", "wide" }, { "2001:db8:a:0:8000::5", "narrow" },
		{ "2001:db8:a:0:7fff::5", "wide" }, { "2001:db8:b::5", "narrow" },
		{ "2001:db8:b:1::5", "silent" }, { "2001:db8:c::5", "wide" },
		{ "2001:db9::5", NULL }, { "::", NULL },
	};
	struct config *config = must_load(neighbours);
	struct in6_addr ncoa;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ncoa = address(cases[i].address);
		assert_neighbour(config_neighbour_of(config, &ncoa), cases[i].name);
	}
	config_free(config);
}

/* The same octets, but fewer or more of them, are another access point. */
static void neighbour_at(void **state)
{
	static const struct {
		const char *ap;
		const char *name;
	} cases[] = {
		{ "02005e000a01", "wide" }, { "02005e000a02", "wide" },
		{ "02005e000a010000", "narrow" }, { "02005e000c01", "silent" },
		{ "02005e000a03", NULL }, { "02005e000a0100", NULL }, { "", NULL },
	};
	struct config *config = must_load(neighbours);
	struct lla ap;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&ap, 0, sizeof(ap));
		ap.len = hex(cases[i].ap, ap.bytes, sizeof(ap.bytes));
		assert_neighbour(config_neighbour_at(config, &ap), cases[i].name);
	}
	config_free(config);
}

static void peer(void **state)
{
	static const struct {
		const char *address;
		const char *name;
	} cases[] = {
		{ "2001:db8:a::1", "wide" }, { "2001:db8:b::1", "narrow" },
		{ "2001:db8:a::2", NULL }, { "2001:db8:c::1", NULL }, { "::", NULL },
	};
	struct config *config = must_load(neighbours);
	struct in6_addr router;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		router = address(cases[i].address);
		assert_neighbour(config_peer(config, &router), cases[i].name);
	}
	config_free(config);
}

/* Prefixes of many lengths, often one in another: the text of the list of keys. */
static char *many_keys(unsigned int count)
{
	struct config_prefix prefix;
	char *text = NULL, where[INET6_ADDRSTRLEN];
	size_t size, i;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fputs(AR "keys = (", file);
	for (i = 0; i < count; i++) {
		/* Those with one SPI have different lengths: none is there twice. */
		prefix.len = 20 + i * 7 % 109;
		prefix.address = address("2001:db8::");
		/* 0 or 1 in each octet: then most of them share some bits. */
		for (size = 4; size < 16; size++)
			prefix.address.s6_addr[size] = random() % 4 ? 0 : 1;
		prefix_clear(&prefix.address, prefix.len);
		inet_ntop(AF_INET6, &prefix.address, where, sizeof(where));
		fprintf(file, "%s\n{ pcoa = \"%s/%u\"; spi = %zu;"
			" key = \"%040zx\"; }", i ? "," : "", where, prefix.len,
			1 + i % SPIS, i + 1);
	}
	fputs("\n);\n", file);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* What config_key_of() says it does, in the simplest way. */
static const struct config_key *longest(const struct config *config,
					const struct in6_addr *pcoa, uint32_t spi)
{
	const struct config_key *found = NULL;
	struct in6_addr clear;
	size_t i;

	for (i = 0; i < config->keys_count; i++) {
		clear = *pcoa;
		prefix_clear(&clear, config->keys[i].pcoa.len);
		if (config->keys[i].spi == spi &&
		    IN6_ARE_ADDR_EQUAL(&clear, &config->keys[i].pcoa.address) &&
		    (!found || config->keys[i].pcoa.len > found->pcoa.len))
			found = &config->keys[i];
	}
	return found;
}

static void key_of(void **state)
{
	unsigned int i, found = 0, other = 0;
	const struct config_key *key, *same;
	struct config *config;
	struct in6_addr pcoa;
	uint32_t spi;
	char *text;

	(void)state;
	srandom(1);
	text = many_keys(1000);
	config = must_load(text);
	free(text);
	assert_int_equal(config->keys_count, 1000);
	for (i = 0; i < 4000; i++) {
		key = &config->keys[random() % config->keys_count];
		pcoa = key->pcoa.address;
		pcoa.s6_addr[random() % 16] ^= random() % 2;
		spi = random() % 4 ? key->spi : 1 + random() % (SPIS + 2);
		same = longest(config, &pcoa, spi);
		assert_ptr_equal(config_key_of(config, &pcoa, spi), same);
		found += !!same;
		other += same && same != key;
	}
	/* There were enough of each kind. */
	assert_in_range(found, 1000, 3500);
	assert_in_range(other, 500, 3000);
	config_free(config);

	config = must_load(AR);
	assert_null(config_key_of(config, &pcoa, 1));
	config_free(config);
	config_free(NULL);
}

/*
 * Neither as text nor as octets, whether the configuration is good or not; what
 * libconfig frees by itself is not seen.
 */
static void no_key_stays(void **state)
{
	static const char *const rests[] = {
		"", "foo = 1;", "mn = { };", "keys_directory = \"/none-such\";", "]", "\"",
		"@include \"/none-such\"",
	};
	static const char octets[] = "a secret of 20 octets", digits[] =
		"6120736563726574206f66203230206f6374657473";
	struct config_error error;
	char text[16384];
	unsigned int i, count;
	int len;

	(void)state;
	for (i = 0; i < 2 * sizeof(rests) / sizeof(rests[0]); i++) {
		len = snprintf(text, sizeof(text), AR "keys = (");
		for (count = 1; count < 140; count++)
			len += snprintf(text + len, sizeof(text) - len,
					"%s{ pcoa = \"2001:db8::/32\"; spi = %u; key = \"%s\"; }",
					count > 1 ? ",\n" : "", count, digits);
		snprintf(text + len, sizeof(text) - len, ");\n%s\n", rests[i / 2]);
		forbidden = i % 2 ? octets : digits;
		config_free(load(text, &error));
		forbidden = NULL;
	}
	assert_true(freed > 100);
	assert_int_equal(left_behind, 0);
}

static void assert_fixed(const char *before, const char *after, const char *setting)
{
	struct config *old = must_load(before), *config = must_load(after);
	const char *found = config_fixed(old, config);

	if (setting)
		assert_string_equal(found, setting);
	else
		assert_null(found);
	config_free(config);
	config_free(old);
}

static void what_needs_a_restart(void **state)
{
	static const char mn[] = "roles = [ \"mn\" ]; interfaces = ( { name = \"wlan0\"; } );";

	(void)state;
	assert_fixed(AR, AR, NULL);
	assert_fixed(AR, mn, "roles");
	assert_fixed(AR, AR "state = \"/other\";", "state");
	assert_fixed(AR, AR "control = \"/other\";", "control");
	assert_fixed(AR, AR "limits = { una = 7; };", NULL);
	assert_fixed(AR, "roles = [ \"ar\" ]; ar = { address = \"2001:db8:1::2\"; };"
		     "interfaces = ( { name = \"wlan1\"; } );", NULL);
	assert_fixed(mn, "roles = [ \"mn\" ]; interfaces = ( { name = \"wlan1\"; } );",
		     "interfaces[0].name");
	assert_fixed(mn, "roles = [ \"mn\" ]; mn = { par = \"2001:db8:1::2\"; };"
		     "interfaces = ( { name = \"wlan0\"; triggers = \"none\"; } );", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbour_of),
		cmocka_unit_test(neighbour_at),
		cmocka_unit_test(peer),
		cmocka_unit_test(key_of),
		cmocka_unit_test(no_key_stays),
		cmocka_unit_test(what_needs_a_restart),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
