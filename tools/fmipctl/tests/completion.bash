#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Asks the completion what bash would ask it.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../fmipctl.bash-completion
. "$here/../fmipctl.bash-completion"

total=0 failed=0

# shellcheck disable=SC2317 # the completion calls them
# Stands in for the kernel's bindings and tunnels, and for namespaces.
fmipctl() {
	[[ $* = "tunnel show" ]] && printf 'id 7 local ::1\nid 42 local ::2\n'
	[[ $* = "binding show" ]] && echo "id 3 dst 2001:db8::1/128"
}

ip() {
	[[ $* = "netns list" ]] && printf 'par (id: 1)\nnar\n'
}

# shellcheck disable=SC2317
_fmipctl_interfaces() {
	printf 'eth0\neth1\nwlan0\n'
}

# complete_is LINE WORD...: the cursor is at the end of the line
complete_is() {
	local line=$1 expected
	shift
	expected=$(printf '%s\n' "$@" | sort)

	read -ra COMP_WORDS <<<"$line"
	[[ $line = *' ' ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_fmipctl
	((total++))
	if [[ $(printf '%s\n' "${COMPREPLY[@]}" | sort) = "$expected" ]]; then
		echo "ok $total \"$line\""
	else
		failed=1
		echo "not ok $total \"$line\""
		printf '# got %s\n' "${COMPREPLY[@]}"
	fi
}

complete_is "fmipctl bi" binding
complete_is "fmipctl -n p" par
complete_is "fmipctl -n par t" tunnel
complete_is "fmipctl -j -ne" -netns
complete_is "fmipctl binding " add change replace del show flush help
complete_is "fmipctl -s -n par binding s" show
complete_is "fmipctl binding add ho" hold-time hold-expiry
complete_is "fmipctl binding add dst "
complete_is "fmipctl binding add dst 2001:db8::1 gate " open hold copy guard
complete_is "fmipctl binding add dst 2001:db8::1 from-tunnel " 7 42
complete_is "fmipctl binding add match " dst src
complete_is "fmipctl binding add dst 2001:db8::1 gu" guard-idle
complete_is "fmipctl binding add dst 2001:db8::1 re" release
complete_is "fmipctl binding change id 1 re" release replay
complete_is "fmipctl binding change id 1 replay " since last
complete_is "fmipctl binding show gate d" draining
complete_is "fmipctl binding show scope " any vrf interface tunnel
complete_is "fmipctl binding add dst 2001:db8::1 target " tunnel link route
complete_is "fmipctl binding add dst 2001:db8::1 target tunnel " 7 42
complete_is "fmipctl binding add dst 2001:db8::1 target link dev e" eth0 eth1
complete_is "fmipctl binding add dst 2001:db8::1 attach " una na dad-ns data none
complete_is "fmipctl binding add dst 2001:db8::1 release r" rfc5568 rate
complete_is "fmipctl binding add dst 2001:db8::1 limit " packets bytes age
complete_is "fmipctl binding del i" id
complete_is "fmipctl binding del id 1 ga"
complete_is "fmipctl binding flush " tunnel gate dev scope cookie within
complete_is "fmipctl tunnel flush " dev within
complete_is "fmipctl tunnel show " id dev within
complete_is "fmipctl tunnel add flowlabel " inherit hash
complete_is "fmipctl tunnel add ttl " route
complete_is "fmipctl tunnel add udp-csum " on off
complete_is "fmipctl tunnel add en" encap encaplimit
complete_is "fmipctl tunnel del id " 7 42
complete_is "fmipctl tunnel add id "
complete_is "fmipctl tunnel add encap g" gre6 gre4
complete_is "fmipctl config " show set help
complete_is "fmipctl config set n" netns-bytes
complete_is "fmipctl config show "
complete_is "fmipctl -c /run/fmipd/control h" handover help
complete_is "fmipctl handover c" cancel complete counters
complete_is "fmipctl handover start " node ap at
complete_is "fmipctl handover invite " node lladdr router
complete_is "fmipctl handover invite router "
complete_is "fmipctl handover start ap "
complete_is "fmipctl handover cancel " id
complete_is "fmipctl handover monitor " count timeout
complete_is "fmipctl handover show " node all
complete_is "fmipctl neighbor " show advertise help
complete_is "fmipctl neighbor advertise " node dev ap
complete_is "fmipctl neighbor advertise dev e" eth0 eth1
complete_is "fmipctl neighbor advertise ap "
complete_is "fmipctl neighbor show "
complete_is "fmipctl key " add replace del help
complete_is "fmipctl key add " pcoa spi mac key
complete_is "fmipctl key add mac hmac-sha256" hmac-sha256-128 hmac-sha256
complete_is "fmipctl key del " pcoa spi
complete_is "fmipctl link " up down fade help
complete_is "fmipctl link down dev e" eth0 eth1
complete_is "fmipctl link down l" lladdr
complete_is "fmipctl a" agent
complete_is "fmipctl agent " stop help
complete_is "fmipctl agent stop "
complete_is "fmipctl stats " show --prometheus help
complete_is "fmipctl monitor " count timeout until binding ready-fd help
complete_is "fmipctl monitor until re" released rejected removed
complete_is "fmipctl monitor until released binding " 3

echo "1..$total"
exit $failed
