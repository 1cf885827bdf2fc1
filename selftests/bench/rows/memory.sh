# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a binding takes, all in: what is available before and after.
# paths: binding_memory_shared binding_memory_own
# cpus: 2
# icount: 0
# memory: 1024
# profile: 0

# shellcheck source=../memory.sh
. /fmip/bench/memory.sh

group() {
	memory_rows ""
}
