/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_COMMAND_H
#define FMIPCTL_COMMAND_H

#include "args.h"

#define FMIPCTL_VERSION	"0.1"

/* One for each object; each reads its command from @args and carries it out. */
enum outcome command_binding(struct args *args);
enum outcome command_tunnel(struct args *args);
enum outcome command_stats(struct args *args);
enum outcome command_config(struct args *args);
enum outcome command_monitor(struct args *args);
enum outcome command_version(struct args *args);

/* A command with the name of its object in front. */
enum outcome command_run(struct args *args);

/* What "help" alone prints. */
void command_help(void);

#endif
