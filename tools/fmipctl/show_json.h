/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects as JSON, whose keys fmipctl(8) describes.  The caller puts them. */
#ifndef FMIPCTL_SHOW_JSON_H
#define FMIPCTL_SHOW_JSON_H

#include <stdbool.h>

#include <json-c/json.h>

#include "object.h"

/**
 * json_binding() - make JSON of a binding
 * @binding: what it is made of
 * @stats: with its statistics
 *
 * Return: the object, which the caller puts.
 */
struct json_object *json_binding(const struct binding *binding, bool stats);

/**
 * json_tunnel() - make JSON of a tunnel
 * @tunnel: what it is made of
 *
 * Return: the object, which the caller puts.
 */
struct json_object *json_tunnel(const struct tunnel *tunnel);

/**
 * json_config() - make JSON of settings
 * @config: what it is made of
 *
 * Return: the object, which the caller puts.
 */
struct json_object *json_config(const struct config *config);

/**
 * json_stats() - make JSON of statistics
 * @stats: what it is made of
 *
 * Return: the object, which the caller puts.
 */
struct json_object *json_stats(const struct stats *stats);

/**
 * json_event() - make JSON of an event
 * @event: what it is made of
 *
 * Return: the object, which the caller puts.
 */
struct json_object *json_event(const struct event *event);

#endif
