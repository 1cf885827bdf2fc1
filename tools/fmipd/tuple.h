/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The [AP-ID, AR-Info] tuples of a Proxy Router Advertisement (RFC 5568 6.1.2).
 */
#ifndef FMIPD_TUPLE_H
#define FMIPD_TUPLE_H

#include "address.h"
#include "fault.h"
#include "ndopt.h"

/**
 * struct tuple - an access point, and the router behind it
 * @ap: the access point: a code of LLA_NEW_AP, _AP_SAME, _AP_UNKNOWN or
 *	_AP_NO_SUPPORT, and its address
 * @nar_lla: the new router's link-layer address, LLA_NAR
 * @nar: the new router's address, ADDRESS_NAR
 * @prefix: the new router's prefix, ADDRESS_NAR_PREFIX
 * @ncoa: the node's new care-of address, ADDRESS_NCOA
 *
 * What is not there is NULL.  What is there belongs to somebody else: to the
 * options that were read, or to whoever writes.
 */
struct tuple {
	const struct coded_lla *ap;
	const struct coded_lla *nar_lla;
	const struct coded_address *nar;
	const struct coded_address *prefix;
	const struct coded_address *ncoa;
};

/**
 * tuples_read() - group the options of a PrRtAdv
 * @options: of the message
 * @tuples: the tuples, which point into @options
 * @max: how many there is room for
 *
 * An access point begins a tuple; what follows belongs to it, the first of
 * each kind.  What comes before any access point belongs to none.
 *
 * Return: how many there are, at most @max.
 */
unsigned int tuples_read(const struct ndopts *options, struct tuple *tuples,
			 unsigned int max);

/**
 * tuple_add() - append a tuple in the order of RFC 5568 6.1.2
 * @options: of a PrRtAdv
 * @tuple: the tuple; @ap is not NULL
 *
 * Return: FAULT_OPTION_COUNT if it does not fit, with nothing appended, or
 *	FAULT_NONE.
 */
enum fault_kind tuple_add(struct ndopts *options, const struct tuple *tuple);

#endif
