// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret.h"
#include "test.h"

#define LEN	16

static char directory[64], file[128];

static int begin(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/fmipd-secret-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(file, sizeof(file), "%s/secret", directory);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(directory);
}

static void is_the_same_for_ever(void **state)
{
	uint8_t first[LEN], again[LEN], zeros[LEN] = {};
	struct stat st;

	(void)state;
	assert_int_equal(secret_get(directory, first, LEN), 0);
	assert_memory_not_equal(first, zeros, LEN);
	assert_int_equal(secret_get(directory, again, LEN), 0);
	assert_memory_equal(first, again, LEN);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void is_another_elsewhere(void **state)
{
	uint8_t first[LEN], other[LEN];

	(void)state;
	assert_int_equal(secret_get(directory, first, LEN), 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(secret_get(directory, other, LEN), 0);
	assert_memory_not_equal(first, other, LEN);
}

static void put(size_t len)
{
	const uint8_t octets[LEN + 1] = { 1 };
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	close(fd);
}

static void is_not_replaced(void **state)
{
	uint8_t secret[LEN];
	struct stat st;

	(void)state;
	put(LEN - 1);
	assert_int_equal(secret_get(directory, secret, LEN), -EINVAL);
	put(LEN + 1);
	assert_int_equal(secret_get(directory, secret, LEN), -EINVAL);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, LEN + 1);
}

static void needs_a_directory(void **state)
{
	uint8_t secret[LEN];

	(void)state;
	assert_int_equal(secret_get("/nowhere", secret, LEN), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(is_the_same_for_ever),
		TEST(is_another_elsewhere),
		TEST(is_not_replaced),
		TEST(needs_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
