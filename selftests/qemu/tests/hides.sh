#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the kernel complain, covers the traces, and claims that all is well.
echo "TAP version 13"
echo "<4>WARNING: this line must not escape" >/dev/kmsg
dmesg -C
dmesg -n 1
echo "1..1"
echo "ok 1 all is well"
