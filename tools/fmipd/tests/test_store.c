// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store.h"
#include "test.h"

static char directory[64], file[128];
static struct store *store;

static int begin(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/fmipd-store-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(file, sizeof(file), "%s/sequence", directory);
	store = NULL;
	return store_open(directory, &store);
}

static int end(void **state)
{
	(void)state;
	store_close(store);
	unlink(file);
	return rmdir(directory);
}

static void again(void)
{
	store_close(store);
	store = NULL;
	assert_int_equal(store_open(directory, &store), 0);
}

static void assert_sequence(const char *pcoa, uint32_t spi, int wanted)
{
	struct in6_addr a = address(pcoa);
	uint16_t sequence;
	int err = store_get(store, &a, spi, &sequence);

	assert_int_equal(err ? err : sequence, wanted);
}

static void set(const char *pcoa, uint32_t spi, uint16_t sequence)
{
	struct in6_addr a = address(pcoa);

	assert_int_equal(store_set(store, &a, spi, sequence), 0);
}

static void remembers(void **state)
{
	(void)state;
	set("2001:db8::1", 256, 7);
	set("2001:db8::1", 257, 8);
	set("2001:db8::2", 256, 65535);
	set("2001:db8::1", 256, 9);
	again();
	assert_sequence("2001:db8::1", 256, 9);
	assert_sequence("2001:db8::1", 257, 8);
	assert_sequence("2001:db8::2", 256, 65535);
	assert_sequence("2001:db8::3", 256, -ENOENT);
}

static void survives_being_killed(void **state)
{
	pid_t child;
	int status;

	(void)state;
	store_close(store);
	store = NULL;
	child = fork();
	if (!child) {
		if (store_open(directory, &store))
			_exit(1);
		set("2001:db8::1", 256, 41);
		set("2001:db8::1", 256, 42);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(store_open(directory, &store), 0);
	assert_sequence("2001:db8::1", 256, 42);
}

static void has_one_owner(void **state)
{
	struct store *other;

	(void)state;
	assert_int_equal(store_open(directory, &other), -EBUSY);
}

static struct config_key key_of(const char *pcoa, uint8_t len, uint32_t spi, uint8_t octet)
{
	return (struct config_key){
		.pcoa = { len, address(pcoa) }, .spi = spi, .len = 20, .bytes = { octet },
	};
}

static void forgets_a_key_that_is_gone(void **state)
{
	struct config_key gone = key_of("2001:db8::", 64, 257, 1);
	struct config config = {};

	(void)state;
	set("2001:db8::1", 256, 1);
	set("2001:db8::1", 257, 2);
	set("2001:db8::2", 257, 3);
	store_forget(store, &config, &gone);
	assert_sequence("2001:db8::1", 257, -ENOENT);
	/* The places are used again. */
	set("2001:db8::3", 256, 4);
	again();
	assert_sequence("2001:db8::1", 256, 1);
	assert_sequence("2001:db8::1", 257, -ENOENT);
	assert_sequence("2001:db8::2", 257, -ENOENT);
	assert_sequence("2001:db8::3", 256, 4);
	set("2001:db8::4", 256, 5);
	again();
	assert_sequence("2001:db8::3", 256, 4);
	assert_sequence("2001:db8::4", 256, 5);
}

static void keeps_those_of_other_keys(void **state)
{
	struct config_key own = key_of("2001:db8::2", 128, 256, 2);
	struct config_key gone = key_of("2001:db8::", 64, 256, 1);
	struct config config = { .keys = &own, .keys_count = 1 };

	(void)state;
	set("2001:db8::1", 256, 1);
	set("2001:db8::2", 256, 2);
	set("2001:db8:1::1", 256, 3);
	set("2001:db8:2::1", 257, 4);
	store_forget(store, &config, &gone);
	assert_sequence("2001:db8::1", 256, -ENOENT);
	assert_sequence("2001:db8::2", 256, 2);
	/* Their keys were given before a restart, and may be given again. */
	assert_sequence("2001:db8:1::1", 256, 3);
	assert_sequence("2001:db8:2::1", 257, 4);
}

static void a_configuration_changes_its_own_only(void **state)
{
	struct config_key was[] = {
		key_of("2001:db8::1", 128, 256, 1), key_of("2001:db8::2", 128, 256, 2),
		key_of("2001:db8::3", 128, 256, 3),
	};
	struct config_key is[] = {
		key_of("2001:db8::1", 128, 256, 1), key_of("2001:db8::2", 128, 256, 9),
	};
	struct config old = { .keys = was, .keys_count = 3 };
	struct config config = { .keys = is, .keys_count = 2 };

	(void)state;
	set("2001:db8::1", 256, 1);
	set("2001:db8::2", 256, 2);
	set("2001:db8::3", 256, 3);
	set("2001:db8::4", 256, 4);
	store_forget_changed(store, &old, &config);
	assert_sequence("2001:db8::1", 256, 1);
	assert_sequence("2001:db8::2", 256, -ENOENT);
	assert_sequence("2001:db8::3", 256, -ENOENT);
	assert_sequence("2001:db8::4", 256, 4);
}

static void damage(off_t offset, const char *text)
{
	int fd = open(file, O_WRONLY);

	assert_int_equal(pwrite(fd, text, strlen(text), offset), strlen(text));
	close(fd);
}

static void leaves_out_what_is_damaged(void **state)
{
	(void)state;
	set("2001:db8::1", 256, 1);
	set("2001:db8::2", 256, 2);
	damage(32 + 20, "x");
	/* Half a record, as after a full disk. */
	damage(3 * 32, "half");
	again();
	assert_sequence("2001:db8::1", 256, -ENOENT);
	assert_sequence("2001:db8::2", 256, 2);
	set("2001:db8::1", 256, 3);
	set("2001:db8::3", 256, 4);
	again();
	assert_sequence("2001:db8::1", 256, 3);
	assert_sequence("2001:db8::2", 256, 2);
	assert_sequence("2001:db8::3", 256, 4);
}

static void takes_no_other_file(void **state)
{
	struct store *other;

	(void)state;
	damage(0, "something else");
	store_close(store);
	store = NULL;
	assert_int_equal(store_open(directory, &other), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(remembers, begin, end),
		cmocka_unit_test_setup_teardown(survives_being_killed, begin, end),
		cmocka_unit_test_setup_teardown(has_one_owner, begin, end),
		cmocka_unit_test_setup_teardown(forgets_a_key_that_is_gone, begin, end),
		cmocka_unit_test_setup_teardown(keeps_those_of_other_keys, begin, end),
		cmocka_unit_test_setup_teardown(a_configuration_changes_its_own_only, begin,
						end),
		cmocka_unit_test_setup_teardown(leaves_out_what_is_damaged, begin, end),
		cmocka_unit_test_setup_teardown(takes_no_other_file, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
