// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel without wireless interfaces, and an interface that is none.
 */
#include <net/if.h>

#include "test.h"
#include "wifi.h"

static unsigned int told;

static void on_change(void *arg, const struct link_event *event)
{
	(void)arg;
	(void)event;
	told++;
}

static void what_is_not_wireless_is_left_alone(void **state)
{
	struct link_event up = { .change = LINK_UP, .ifindex = if_nametoindex("lo") };
	struct link_event down = { .change = LINK_DOWN, .ifindex = up.ifindex };
	struct loop *loop = loop_open();
	struct wifi *wifi = NULL;

	(void)state;
	assert_non_null(loop);
	assert_int_not_equal(up.ifindex, 0);
	assert_int_equal(wifi_open(loop, on_change, NULL, &wifi), 0);
	wifi_look(wifi, up.ifindex);
	assert_false(wifi_carrier(wifi, &up));
	assert_false(wifi_carrier(wifi, &down));
	assert_int_equal(told, 0);
	wifi_close(wifi);
	loop_close(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_wireless_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
