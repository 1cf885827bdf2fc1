#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does what a test may do, and leaves a file.
echo "TAP version 13"
echo "1..2"
seq 1 200000 >"$FMIP_OUT/blob"
echo "ok 1 left a file"
ip netns add left-behind
[ "$(id -u)" = 0 ] && echo "ok 2 is root"
