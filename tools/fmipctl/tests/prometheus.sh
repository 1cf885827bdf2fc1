#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The format of Prometheus: see prometheus.py.
PATH=${FMIPCTL%/*}:$PATH exec python3 "${BASH_SOURCE[0]%/*}/prometheus.py"
