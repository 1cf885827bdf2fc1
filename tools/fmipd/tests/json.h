/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages as JSON objects, for tests that are not in C.  Numbers are numbers,
 * addresses are text, other octets are hexadecimal digits.
 */
#ifndef FMIPD_JSON_H
#define FMIPD_JSON_H

#include <json-c/json.h>

#include "mh.h"
#include "nd.h"

/**
 * hex_json() - octets
 * @data: the octets
 * @len: how many
 *
 * Return: a string; the caller's.
 */
struct json_object *hex_json(const uint8_t *data, size_t len);

/**
 * address_json() - an address
 * @address: the address
 *
 * Return: a string; the caller's.
 */
struct json_object *address_json(const struct in6_addr *address);

/**
 * mh_json() - a Mobility Header
 * @mh: the message
 *
 * Return: an object; the caller's.
 */
struct json_object *mh_json(const struct mh *mh);

/**
 * nd_json() - a message of Neighbour Discovery
 * @nd: the message
 *
 * Return: an object; the caller's.
 */
struct json_object *nd_json(const struct nd *nd);

#endif
