#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fmipd.service as systemd runs it, with all that it takes away: a node's handover from
# one router to another, the three of them under the unit, and the commands of
# Documentation/fmipd.rst that start and reload it.
#
# systemd is process 1 of a namespace of processes, and has no units but these.
#
# shellcheck disable=SC2016,SC2034,SC2154

CN_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "$LIB_DIR/fmipd-lib.sh"
# shellcheck source=docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

GUIDE=Documentation/fmipd.rst
UNIT=$TOP/tools/fmipd/fmipd.service
UNITS=/etc/systemd/system
# The unit's own name is the PAR's, the others are copies of it.
SERVICES=(fmipd fmipd-nar fmipd-mn)

# configured NETNS NAME: its configuration is where the unit of that name has it
configured() {
	local conf=/etc/fmip/$2.conf

	sed "s,$LIB_TMP/fmipd.$1/control,/run/$2/control,; s,$LIB_TMP/fmipd.$1/state,/var/lib/$2," \
		"$LIB_TMP/fmipd.$1/conf" >"$conf"
	chmod 600 "$conf"
}

# unit NETNS NAME: the unit, in that network, and what it logs in a file, as there is no
# journald
unit() {
	sed "s,^\(ExecStart=.*\),\1 -c /etc/fmip/$2.conf,; s,^\(ExecReload=.* -t\),\1 -c /etc/fmip/$2.conf,
		s,^\(StateDirectory\|RuntimeDirectory\)=fmipd,\1=$2," "$UNIT" >"$UNITS/$2.service"
	[[ $2 == fmipd ]] && cp "$UNIT" "$UNITS/fmipd.service"
	mkdir -p "$UNITS/$2.service.d"
	cat >"$UNITS/$2.service.d/test.conf" <<-END
		[Service]
		NetworkNamespacePath=/run/netns/$1
		StandardError=append:$LIB_TMP/$2.log
	END
}

# hook: what a program of the node's may do beside ending the handover
hook() {
	cat >/etc/fmip/complete <<-'END'
		#!/bin/bash
		exec >/run/fmipd-mn/hook 2>&1
		fmipctl -c "$FMIP_CONTROL" handover complete || echo "handover complete"
		touch /etc/fmip/touched && echo "touch /etc"
		touch /usr/touched && echo "touch /usr"
		echo 1 >/proc/sys/net/ipv6/route/max_size && echo "sysctl"
		mount -t tmpfs tmpfs /mnt 2>/dev/null && echo "mount"
		unshare -n true && echo "unshare"
		chroot / true && echo "chroot"
		ip link add name dummy9 type dummy || echo "ip link"
		sed -n 's/^\(CapBnd\|NoNewPrivs\|Seccomp\):[[:space:]]*/\1 /p' /proc/self/status
	END
	chmod 755 /etc/fmip/complete
}

# It knows only those of its own namespace.
systemctl() {
	inside systemctl "$@"
}

# inside COMMAND...: where systemd is process 1
inside() {
	nsenter --target "$(pgrep -P "$SYSTEMD")" --pid --mount "$@"
}

systemd_answers() {
	systemctl show --property=Version >/dev/null 2>&1
}

# systemd_start: as process 1; that it is no first boot, and that nothing generates units,
# spares an emulated processor half a minute
systemd_start() {
	local target

	mkdir -p $UNITS /run/systemd/system "$LIB_TMP/units" "$LIB_TMP/none"
	at_exit rm -rf /run/systemd
	tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
	for target in sysinit basic multi-user shutdown network; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$LIB_TMP/units/$target.target"
	done
	background unshare --pid --fork --kill-child --mount-proc --cgroup --propagation slave \
		bash -c "mount -t cgroup2 cgroup2 /sys/fs/cgroup
			export container=fmip SYSTEMD_UNIT_PATH=$UNITS:$LIB_TMP/units \
				SYSTEMD_GENERATOR_PATH=$LIB_TMP/none \
				SYSTEMD_ENVIRONMENT_GENERATOR_PATH=$LIB_TMP/none
			exec /lib/systemd/systemd --system --unit=basic.target \
				--log-target=console --log-color=0" >"$LIB_TMP/systemd" 2>&1
	SYSTEMD=$!
	busywait 60000 systemd_answers || bail "systemd: $(<"$LIB_TMP/systemd")"
}

# installs: what make install does of the daemon; there is no make here
installs() {
	mkdir -p /etc/fmip $UNITS
	cmp -s "$(command -v fmipd)" /usr/sbin/fmipd ||
		install -m 755 "$(command -v fmipd)" /usr/sbin/fmipd
	install -m 755 "$(command -v fmipctl)" /usr/bin/fmipctl
}

is_active() {
	[[ $(systemctl show --property=ActiveState --value "$1") == active ]]
}

talks() {
	fmipctl -c "/run/$1/control" handover counters >/dev/null 2>&1
}

# before_command COMMAND: after one that starts it, it is there
before_command() {
	[[ $1 == *reload* ]] && busywait "$WAIT_MS" talks fmipd
}

# main_status NAME FIELD: of the daemon's /proc/PID/status
main_status() {
	inside sed -n "s/^$2:[[:space:]]*//p" \
		"/proc/$(systemctl show --property=MainPID --value "$1")/status"
}

starts() {
	configured "$PAR" fmipd
	configured "$NAR" fmipd-nar
	configured "$MN" fmipd-mn
	unit "$PAR" fmipd
	unit "$NAR" fmipd-nar
	unit "$MN" fmipd-mn
	systemctl daemon-reload
	systemctl start fmipd-nar fmipd-mn
}

restricted() {
	local name

	for name in "${SERVICES[@]}"; do
		check "$name is active" busywait "$WAIT_MS" is_active "$name"
		check "$name answers" busywait "$WAIT_MS" talks "$name"
		is "$name has CAP_NET_ADMIN and CAP_NET_RAW" "$(main_status "$name" CapEff)" \
			0000000000003000
		is "$name, and filters for system calls" "$(main_status "$name" Seccomp)" 2
	done
}

moves() {
	fmipctl -c /run/fmipd-mn/control handover start ap $NAR_AP ||
		bail "no handover can be started"
	busywait "$WAIT_MS" grep -q "ready to leave" "$LIB_TMP/fmipd-mn.log"
	check "the node is ready to leave" grep "ready to leave" "$LIB_TMP/fmipd-mn.log"
	is "the NAR expects it" "$(fmipctl -c /run/fmipd-nar/control -j handover |
		jq -r '.[].state' | paste -s -d ' ')" expected
	ip -n "$AIR" link set radio down
	ip -n "$AIR" link set radio master br2 up
	check "it comes, and mn.complete ends its handover" busywait "$WAIT_MS" finished
}

finished() {
	[[ $(fmipctl -c /run/fmipd-mn/control handover) == *"mn finished complete"* ]]
}

# Nothing but what the unit leaves to a program of the daemon's.
confined() {
	busywait "$WAIT_MS" grep -q '^Seccomp' /run/fmipd-mn/hook
	is "the node's program can do nothing but change the network" \
		"$(grep -v ': ' /run/fmipd-mn/hook)" \
		$'CapBnd 0000000000003000\nNoNewPrivs 1\nSeccomp 2'
	check "that it can" ip -n "$MN" link show dev dummy9
}

# The guide's commands, and what is wrong is told.
reloads() {
	local n

	echo 'roles = [ "nonsense" ];' >/etc/fmip/wrong.conf
	cp /etc/fmip/fmipd.conf "$LIB_TMP/good.conf"
	cp /etc/fmip/wrong.conf /etc/fmip/fmipd.conf
	check_fails "a reload of what is wrong fails" systemctl reload fmipd
	check "and its log says where" grep "fmipd.conf:1: .*nonsense" "$LIB_TMP/fmipd.log"
	cp "$LIB_TMP/good.conf" /etc/fmip/fmipd.conf
	n=$(grep -c "read again" "$LIB_TMP/fmipd.log")
	systemctl reload fmipd
	check "a reload of what is good has it read" busywait "$WAIT_MS" \
		fmipd_reread "$LIB_TMP/fmipd.log" "$n"
	check "the handover goes on" eval \
		'[[ $(fmipctl -c /run/fmipd/control handover) == *"par "* ]]'
}

complaints() {
	local name

	for name in "${SERVICES[@]}"; do
		check_fails "the log of $name has no complaint" \
			grep -vE 'nonsense' <(grep -E '^<[0-4]>|^fmipd:' "$LIB_TMP/$name.log")
	done
}

need fmipd fmipctl jq unshare nsenter pgrep /lib/systemd/systemd
grep -q ^Seccomp: /proc/self/status || skip_all "needs a kernel with seccomp"
# shellcheck disable=SC2119
load_module
topo_up
fmipd_config "$PAR"
fmipd_config "$NAR"
fmipd_node 'complete = "/etc/fmip/complete";'
installs
hook
systemd_start
starts
run_document "$GUIDE" "test by fmipd_service.sh"
restricted
moves
confined
reloads
complaints
((LIB_FAILED)) && for name in "${SERVICES[@]}"; do
	diag "$name"$'\n'"$(cat "$LIB_TMP/$name.log")"$'\n'"$(systemctl status --no-pager "$name")"
done
((LIB_FAILED)) && diag "$(<"$LIB_TMP/systemd")"
tap_done
