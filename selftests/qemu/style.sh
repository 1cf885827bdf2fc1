#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# style.sh KERNEL... - what programs can say about the style of this tree:
# checkpatch on all C, the module with W=1 and sparse for each kernel, mandoc and
# the checker of shell scripts. Everything is said; the exit status is 1 if anything was.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
cache=${FMIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fmip}
tarball=/usr/src/linux-source-6.12.tar.xz
userspace=ARRAY_SIZE,BIT_MACRO,CAMELCASE,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES
userspace+=,STRCPY,STRLCPY,STRNCPY,SSCANF_TO_KSTRTO,EMBEDDED_FUNCTION_NAME,MACRO_ARG_REUSE
userspace+=,SPLIT_STRING,VOLATILE
# what TRACE_EVENT() needs; checkpatch knows that of include/trace only
trace=COMPLEX_MACRO,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
bad=0

say() { # NAME FILE
	[ -s "$2" ] || return
	echo "== $1"
	cat "$2"
	bad=1
}

# The kernel's headers come without checkpatch; its source is unpacked once.
checkpatch_dir() {
	local dir
	dir=$cache/checkpatch/$(dpkg-query -W -f '${Version}' linux-source-6.12)
	if ! [ -e "$dir/done" ]; then
		mkdir -p "$dir"
		echo "# unpacking checkpatch" >&2
		tar -C "$dir" --strip-components=2 --wildcards -xf $tarball '*/scripts/checkpatch.pl' \
			'*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch' || return
		touch "$dir/done"
	fi
	echo "$dir"
}

out=$(mktemp)
# checkpatch leaves a list of names behind
trap 'rm -f "$out" .checkpatch-camelcase.*' EXIT

dir=$(checkpatch_dir) || exit 1
checkpatch=("$dir/checkpatch.pl" --no-tree --strict --quiet --terse --no-summary
	--max-line-length=100)
{
	git ls-files -z 'kernel/*.[ch]' ':!kernel/trace.h' ':!kernel/compat.h' |
		xargs -0r "${checkpatch[@]}" -f
	"${checkpatch[@]}" --ignore "$trace" -f kernel/trace.h
	"${checkpatch[@]}" --ignore EXPORT_SYMBOL -f kernel/compat.h
	# these are programs, without the kernel's types and macros
	git ls-files -z 'uapi/*.h' 'tools/*.[ch]' 'selftests/*.[ch]' 'demo/*.[ch]' |
		xargs -0r "${checkpatch[@]}" --ignore "$userspace" -f
} >"$out" 2>&1
say checkpatch "$out"

flags="W=1 C=2 CF=-D__CHECK_ENDIAN__"
# These kernels have no KUnit; with this their headers are like those of one that has.
kunit=KCPPFLAGS=-DCONFIG_KUNIT=1
tests=$(git ls-files 'kernel/*_test.c' kernel/testbed.c | sed 's/c$/o/')

for kernel; do
	kver=$("$here/kernel.sh" "$kernel") || exit 1
	build=(make -s module-for NAME="style-$kernel" TREE="/lib/modules/$kver/build")
	{
		"${build[@]}" FLAGS="$flags"
		# that of 6.1 is too old for them
		[ "$kernel" = 6.1 ] || "${build[@]}" FLAGS="$flags $kunit" GOAL="${tests//$'\n'/ }"
	} 2>&1 >/dev/null | grep -vE 'Skipping BTF' >"$out"
	rm -rf "build/kernel-style-$kernel"
	say "W=1 and sparse, Linux $kernel" "$out"
done

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck -s bash -x -S warning "${scripts[@]}" >"$out" 2>&1
say shellcheck "$out"

: >"$out"
mapfile -t manuals < <(git ls-files '*.5' '*.8')
[ ${#manuals[@]} = 0 ] || mandoc -T lint -W warning "${manuals[@]}" >"$out" 2>&1
say mandoc "$out"

exit $bad
