// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>

#include "tuple.h"

static bool is_access_point(const struct ndopt *option)
{
	if (option->type != NDOPT_LLA)
		return false;
	switch (option->lla.code) {
	case LLA_NEW_AP:
	case LLA_AP_SAME:
	case LLA_AP_UNKNOWN:
	case LLA_AP_NO_SUPPORT:
		return true;
	default:
		return false;
	}
}

static void take_address(struct tuple *tuple, const struct coded_address *address)
{
	const struct coded_address **place;

	switch (address->code) {
	case ADDRESS_NAR:
		place = &tuple->nar;
		break;
	case ADDRESS_NAR_PREFIX:
		place = &tuple->prefix;
		break;
	case ADDRESS_NCOA:
		place = &tuple->ncoa;
		break;
	default:
		return;
	}
	if (!*place)
		*place = address;
}

static void take(struct tuple *tuple, const struct ndopt *option)
{
	if (option->type == NDOPT_ADDRESS)
		take_address(tuple, &option->address);
	else if (option->type == NDOPT_LLA && option->lla.code == LLA_NAR &&
		 !tuple->nar_lla)
		tuple->nar_lla = &option->lla;
}

unsigned int tuples_read(const struct ndopts *options, struct tuple *tuples,
			 unsigned int max)
{
	unsigned int i, count = 0;

	for (i = 0; i < options->count; i++) {
		const struct ndopt *option = &options->option[i];

		if (!is_access_point(option)) {
			if (count)
				take(&tuples[count - 1], option);
			continue;
		}
		if (count == max)
			break;
		tuples[count++] = (struct tuple){ .ap = &option->lla };
	}
	return count;
}

static void add_lla(struct ndopts *options, const struct coded_lla *lla)
{
	if (lla)
		ndopts_add(options, NDOPT_LLA)->lla = *lla;
}

static void add_address(struct ndopts *options,
			const struct coded_address *address)
{
	if (address)
		ndopts_add(options, NDOPT_ADDRESS)->address = *address;
}

enum fault_kind tuple_add(struct ndopts *options, const struct tuple *tuple)
{
	unsigned int count = !!tuple->ap + !!tuple->nar_lla + !!tuple->nar +
			     !!tuple->prefix + !!tuple->ncoa;

	if (options->count + count > NDOPTS_MAX)
		return FAULT_OPTION_COUNT;
	add_lla(options, tuple->ap);
	add_lla(options, tuple->nar_lla);
	add_address(options, tuple->nar);
	add_address(options, tuple->prefix);
	add_address(options, tuple->ncoa);
	return FAULT_NONE;
}
