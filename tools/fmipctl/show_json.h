/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects as JSON, whose keys fmipctl(8) describes.  The caller puts them. */
#ifndef FMIPCTL_SHOW_JSON_H
#define FMIPCTL_SHOW_JSON_H

#include <stdbool.h>

#include <json-c/json.h>

#include "object.h"

struct json_object *json_binding(const struct binding *binding, bool stats);
struct json_object *json_tunnel(const struct tunnel *tunnel);
struct json_object *json_config(const struct config *config);
struct json_object *json_stats(const struct stats *stats);
struct json_object *json_event(const struct event *event);

#endif
