/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPD_TEST_H
#define FMIPD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "fault.h"

/**
 * hex() - octets from text
 * @text: hexadecimal digits, with spaces anywhere between octets
 * @data: where they go
 * @size: the room there, in octets; more fails the test
 *
 * Return: how many there are.
 */
size_t hex(const char *text, uint8_t *data, size_t size);

/**
 * assert_octets() - octets are those wanted, else the test fails and shows both
 * @data: octets
 * @len: how many
 * @text: those wanted, as hex() takes them
 */
void assert_octets(const uint8_t *data, size_t len, const char *text);

/**
 * assert_fault() - a fault is the one wanted, else the test fails
 * @fault: what was found
 * @kind: what it should be
 * @offset: and where
 */
void assert_fault(struct fault fault, enum fault_kind kind, size_t offset);

/* Basic blocks of the state machines that were run through. */
extern unsigned long steps;

/**
 * address() - an address from text
 * @text: the address; what is none fails the test
 *
 * Return: the address.
 */
struct in6_addr address(const char *text);

#endif
