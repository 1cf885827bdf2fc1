/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMPv6 Parameter Problem (RFC 4443 section 3.4), about a Mobility Header.
 */
#ifndef FMIPD_PROBLEM_H
#define FMIPD_PROBLEM_H

#include "engine.h"

/**
 * problem_send() - say that a field of a Mobility Header is wrong (RFC 6275 section 9.2)
 * @e: the node
 * @m: the message, of one sender for one receiver
 * @offset: of the field in it, in octets
 */
void problem_send(struct engine *e, const struct message *m, size_t offset);

#endif
