# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The same on four processors: it must not grow with their number.
# paths: binding_memory_shared_4cpus binding_memory_own_4cpus
# cpus: 4
# icount: 0
# memory: 1024
# profile: 0

# shellcheck source=../memory.sh
. /fmip/bench/memory.sh

group() {
	memory_rows _4cpus
}
