#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fmip.yaml against fmip.h and the policies of the kernel: see spec_test.py.
exec /usr/bin/python3 "${BASH_SOURCE[0]%/*}/spec_test.py"
