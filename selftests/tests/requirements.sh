#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What Documentation/conformance says of the tests of fmipd: see requirements.py.
exec /usr/bin/python3 -B "${BASH_SOURCE[0]%/*}/requirements.py"
