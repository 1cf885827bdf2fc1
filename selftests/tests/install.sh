#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The packages that Documentation/install.rst has installed are those that the tools are
# built with: of which there are headers, and of which pkg-config is asked; and make
# install and make dkms-install put what they say where they say.

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

TOP=$LIB_DIR/..
TOOLS=(fmipctl fmipd)

# listed: the development packages of the command
listed() {
	sed -n '/^	apt-get install/,/[^\\]$/p' "$TOP/Documentation/install.rst" |
		tr -s '\\ \t' '\n\n\n' | grep -e '-dev$' | sort
}

# owners FILE...: which packages they are of; the compiler's come with build-essential
owners() {
	dpkg -S "$@" | sed 's/:.*//' | grep -vxE '(libc6|linux-libc|libgcc-.*)(-dev)?' | sort -u
}

# headers: what the sources include
headers() {
	local flags tool

	read -ra flags < <(pkg-config --cflags libnl-3.0)
	for tool in "${TOOLS[@]}"; do
		(cd "$TOP/tools/$tool" && cc -M -std=gnu11 -D_GNU_SOURCE -I. -I../../uapi \
			"${flags[@]}" ./*.c)
	done | tr -s '\\ ' '\n' | grep '^/usr/' | sort -u
}

# libraries: the files of pkg-config for what is asked of it; cmocka is the tests'
libraries() {
	local tool name

	# shellcheck disable=SC2016 # it is for the other shell
	printf '#!/bin/sh\necho "$@" >>%s/asked\nexec pkg-config "$@"\n' "$LIB_TMP" \
		>"$LIB_TMP/pkg-config"
	chmod +x "$LIB_TMP/pkg-config"
	for tool in "${TOOLS[@]}"; do
		make -s -n -C "$TOP/tools/$tool" OUT="$LIB_TMP" PKG_CONFIG="$LIB_TMP/pkg-config" \
			>/dev/null 2>&1
	done
	for name in $(tr ' ' '\n' <"$LIB_TMP/asked" | grep -v -e '^-' -e '^cmocka$' | sort -u); do
		echo "$(pkg-config --variable=pcfiledir "$name")/$name.pc"
	done
}

# needed: the packages of both
needed() {
	local files

	mapfile -t files < <(headers; libraries)
	owners "${files[@]}"
}

# installed GOAL: the files that it installs
installed() {
	make -s -C "$TOP" "$1" DESTDIR="$LIB_TMP/$1" >"$LIB_TMP/$1.log" 2>&1 || cat "$LIB_TMP/$1.log"
	(cd "$LIB_TMP/$1" && find . -type f | sort)
}

is "make install installs the tools, their manuals and the unit" "$(installed install)" \
	"./usr/lib/systemd/system/fmipd.service
./usr/sbin/fmipctl
./usr/sbin/fmipd
./usr/share/bash-completion/completions/fmipctl
./usr/share/man/man5/fmipd.conf.5
./usr/share/man/man8/fmipctl.8
./usr/share/man/man8/fmipd.8"
is "make dkms-install installs the module's source" "$(installed dkms-install)" \
	"$(cd "$TOP" && printf './usr/src/fmip-0.1/%s\n' Kbuild dkms.conf kernel/*.[ch] \
		uapi/linux/*.h | sort)"
if ! command -v dpkg >/dev/null; then
	skip "install.rst has installed what the tools are built with" "no dpkg"
	tap_done
fi
mapfile -t packages < <(listed)
is "install.rst has installed what the tools are built with" "${packages[*]}" \
	"$(needed | paste -s -d ' ')"
is "and so does make deps" "$(for package in "${packages[@]}"; do
	grep -qE "^$package( |	|\$)" "$LIB_DIR/qemu/debian-packages" || echo "$package"
done)" ""
tap_done
