# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What Linux takes to forward, without any tunnel: what the rest is held against.
# paths: plain plain_hooked plain_list plain_stateful receive_drop

group() {
	row plain 1 plain
	row plain_list 1 plain how=1
	empty_chains
	row plain_hooked 1 plain
	no_firewall
	stateful_ruleset
	HOSTS=1000 row plain_stateful 1 plain
	no_firewall
	module drop on=1
	row receive_drop 1 none
	module drop on=0
}
