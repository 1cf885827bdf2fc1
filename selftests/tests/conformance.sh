#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the documents say of the tests: see conformance.py.
exec /usr/bin/python3 -B "${BASH_SOURCE[0]%/*}/conformance.py"
