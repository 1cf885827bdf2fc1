#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands that the documents show, run as they stand there, in the network
# that make shell has.  A comment "test" before a block of code says that it is
# one of these: <!-- test --> in Markdown, .. test in reStructuredText.
#
# In a block a line that begins with "# " is a command, and what is below it is
# what it prints, without empty lines; "..." stands for anything.  A command with
# nothing below it prints nothing and succeeds.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

TOP=${LIB_DIR%/*}
DOCUMENTS=(README.md Documentation/install.rst Documentation/netlink.rst)

# blocks FILE: the lines of the blocks that are to be run
blocks() {
	awk '
	/^(<!-- test -->|\.\. test)$/ { marked = 1; next }
	marked && /^```/ { marked = 0; inside = "md"; next }
	marked && /^(::|\.\. code-block:: console)$/ { marked = 0; inside = "rst"; next }
	inside == "md" && /^```$/ || inside == "rst" && /^[^ \t]/ { inside = ""; next }
	inside == "rst" { sub(/^\t|^ +/, "") }
	inside && NF' "$1"
}

# unmarked FILE: commands in blocks that are not to be run
unmarked() {
	grep -E '^[[:space:]]*(#|\$|sudo) fmipctl' "$1" | sed 's/^[[:space:]]*//' |
		grep -vxFf <(blocks "$1")
}

# pattern TEXT: sets PATTERN to what matches it, "..." being anything
pattern() {
	PATTERN=${1//\\/\\\\}
	PATTERN=${PATTERN//[/\\[}
	PATTERN=${PATTERN//\*/\\*}
	PATTERN=${PATTERN//\?/\\?}
	PATTERN=${PATTERN//.../*}
}

# trim TEXT: sets TRIMMED to it without empty lines and blanks at the ends of lines
trim() {
	local line

	TRIMMED=
	while IFS= read -r line; do
		line=${line%"${line##*[![:space:]]}"}
		[[ $line ]] && TRIMMED+=${TRIMMED:+$'\n'}$line
	done <<<"$1"
}

# try DOCUMENT COMMAND OUTPUT
try() {
	local got status

	got=$(eval "$2" 2>&1 </dev/null)
	status=$?
	trim "$got"
	pattern "$3"
	# shellcheck disable=SC2053 # it is a pattern
	if [[ $TRIMMED != $PATTERN ]]; then
		not_ok "$1: $2" "it prints"
		diag "$got"
	elif [[ ! $3 && $status != 0 ]]; then
		not_ok "$1: $2" "status $status"
	else
		ok "$1: $2"
	fi
}

run_document() {
	local line command='' output='' more=

	while IFS= read -r line; do
		if [[ $more ]]; then
			command+=" ${line#"${line%%[![:space:]]*}"}"
		elif [[ $line == '# '* ]]; then
			[[ $command ]] && try "$1" "$command" "$output"
			command=${line#'# '} output=
		else
			output+=${output:+$'\n'}${line%"${line##*[![:space:]]}"}
			continue
		fi
		more=
		[[ $command == *\\ ]] && more=1 command=${command%?}
	done < <(blocks "$TOP/$1")
	[[ $command ]] || bail "$1 has no command that is to be run"
	try "$1" "$command" "$output"
}

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
