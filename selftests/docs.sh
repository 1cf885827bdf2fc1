#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands that the documents show, run as they stand there, in the network
# that make shell has.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

DOCUMENTS=(README.md Documentation/install.rst Documentation/netlink.rst)

need fmipctl ip ping radio ndsend
for document in "${DOCUMENTS[@]}"; do
	[[ -e $TOP/$document ]] || skip_all "$document is not there"
done
load_module
cd "$LIB_TMP" || bail "no directory to work in"
for document in "${DOCUMENTS[@]}"; do
	is "every command of $document is run" "$(unmarked "$TOP/$document")" ""
	topo_up
	run_document "$document"
	topo_down
done
tap_done
