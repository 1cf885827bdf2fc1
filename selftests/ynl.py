#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What ynl.sh asks the module through the kernel's own Python client.

usage: ynl.py YNL SPEC

Each test prints "ok NAME" or "not ok NAME", a tab and why; ynl.sh makes TAP of
it.  The client of Linux 6.12 reads lists but cannot write them, so that is
added here; all else is its own.
"""

import ipaddress
import select
import socket
import struct
import sys
import time

sys.path.insert(0, sys.argv[1])
# pylint: disable=wrong-import-position,import-error
from lib import NlError, YnlFamily  # noqa: E402
from lib.ynl import Netlink, SpaceAttrs  # noqa: E402

WAIT_S = 20


class Family(YnlFamily):
    """With lists in requests, and time limits."""

    def __init__(self):
        # the schema is what the unit tests look at
        super().__init__(sys.argv[2], schema="")
        # settimeout() would make check_ntf() wait
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                             struct.pack("ll", WAIT_S, 0))

    def _add_attr(self, space, name, value, search_attrs):
        attr = self.attr_sets[space][name]
        if attr["type"] != "indexed-array":
            return super()._add_attr(space, name, value, search_attrs)
        members = b""
        for index, member in enumerate(value, 1):
            sub_space = attr["nested-attributes"]
            attrs = SpaceAttrs(self.attr_sets[sub_space], member, search_attrs)
            body = b"".join(self._add_attr(sub_space, key, item, attrs)
                            for key, item in member.items())
            members += struct.pack("HH", len(body) + 4, Netlink.NLA_F_NESTED | index) + body
        return struct.pack("HH", len(members) + 4,
                           Netlink.NLA_F_NESTED | attr.value) + members

    def next_event(self, seconds):
        """The next event, None if none comes."""
        end = time.monotonic() + seconds
        while not self.async_msg_queue:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            self.check_ntf()
        return self.async_msg_queue.pop(0)


def report(good, name, why=""):
    print(f"{'ok' if good else 'not ok'} {name}" + ("" if good else f"\t{why}"),
          flush=True)


def same(name, got, wanted):
    report(got == wanted, name, f"got {got!r}, not {wanted!r}")


def part(item, *keys):
    return {key: item.get(key) for key in keys}


def address(text):
    return ipaddress.ip_address(text).packed


def match(text, **others):
    net = ipaddress.ip_network(text)
    return {"addr": net.network_address.packed, "prefixlen": net.prefixlen,
            **others}


def refused(name, error, text, attr, ask, *args):
    try:
        ask(*args)
    except NlError as refusal:
        extack = refusal.nl_msg.extack or {}
        same(name, (refusal.error, text in extack.get("msg", ""),
                    extack.get("bad-attr", extack.get("miss-type"))),
             (error, True, attr))
        return
    report(False, name, "it was granted")


def tunnels(fmip):
    fmip.do("tunnel-new", {"id": 1, "local": address("2001:db8:1::1"),
                           "remote": address("2001:db8:9::9"), "mark": 5})
    fmip.do("tunnel-new", {"id": 2, "local": address("192.0.2.1"),
                           "remote": address("198.51.100.2"), "encap": "gre4",
                           "ttl": 9, "dscp": 46, "ifindex": socket.if_nametoindex("eth0"),
                           "flags": {"value": ["fragment"], "selector": ["fragment"]}})
    same("a tunnel", part(fmip.do("tunnel-get", {"id": 1}),
                          "id", "local", "remote", "encap", "mark", "users"),
         {"id": 1, "local": "2001:db8:1::1", "remote": "2001:db8:9::9",
          "encap": "ip6", "mark": 5, "users": 0})
    got = fmip.do("tunnel-get", {"id": 2})
    same("another, in IPv4", part(got, "local", "remote", "encap", "ttl", "dscp"),
         {"local": "192.0.2.1", "remote": "198.51.100.2", "encap": "gre4",
          "ttl": 9, "dscp": 46})
    same("... with its flags", got.get("flags", {}).get("value"), {"fragment"})
    fmip.do("tunnel-set", {"id": 1, "remote": address("2001:db8:9::8")})
    same("a change", [t["remote"] for t in fmip.dump("tunnel-get", {})],
         ["2001:db8:9::8", "198.51.100.2"])
    same("a filter of tunnels", [t["id"] for t in fmip.dump("tunnel-get", {
        "filter": {"addr": address("198.51.100.0"), "prefixlen": 24}})], [2])


def bindings(fmip):
    eth0 = socket.if_nametoindex("eth0")
    fmip.do("binding-new", {
        "id": 1, "cookie": 2 ** 64 - 1,
        "matches": [match("2001:db8:1::10/128"), match("10.0.0.0/8"),
                    match("2001:db8:1::/64", direction="src", scope="interface",
                          ifindex=eth0)],
        "targets": [{"type": "tunnel", "tunnel": 1}],
        "accepts": [{"tunnel": 2, "key": 7, "direction": "dst"}],
        "flags": {"value": ["local"], "selector": ["local"]},
        "limit-packets": 7})
    got = fmip.do("binding-get", {"id": 1})
    same("a binding", part(got, "id", "cookie", "gate", "limit-packets", "release"),
         {"id": 1, "cookie": 2 ** 64 - 1, "gate": "open", "limit-packets": 7,
          "release": "rfc5568"})
    same("... with its matches",
         [part(list(m.values())[0], "direction", "addr", "prefixlen", "scope")
          for m in got["matches"]],
         [{"direction": "dst", "addr": "2001:db8:1::10", "prefixlen": 128, "scope": "any"},
          {"direction": "dst", "addr": "10.0.0.0", "prefixlen": 8, "scope": "any"},
          {"direction": "src", "addr": "2001:db8:1::", "prefixlen": 64,
           "scope": "interface"}])
    same("... and lists", [part(list(i.values())[0], "type", "tunnel", "key", "direction")
                           for i in got["targets"] + got["accepts"]],
         [{"type": "tunnel", "tunnel": 1, "key": None, "direction": None},
          {"type": None, "tunnel": 2, "key": 7, "direction": "dst"}])
    same("... and its flags", got["flags"]["value"], {"local"})
    same("... and its statistics", got["stats"]["received-packets"], 0)

    fmip.do("binding-set", {"match": match("10.0.0.0/8"), "gate": "hold"})
    same("the gate is set", fmip.do("binding-get", {"match": match("10.0.0.0/8")})["gate"],
         "hold")
    fmip.do("binding-new", {"id": 2, "cookie": 5, "gate": "hold", "hold-time": 50000,
                            "matches": [match("2001:db8:2::/48")],
                            "attach": {"ifindex": eth0, "action": "event",
                                       "on": {"value": ["una", "data"],
                                              "selector": ["una", "na", "dad-ns", "data"]}}})
    same("arrivals", fmip.do("binding-get", {"id": 2})["attach"]["on"]["value"],
         {"una", "data"})


def filters(fmip):
    fmip.do("binding-new", {"id": 3, "cookie": 6, "matches": [match("2001:db8:3::/64")],
                            "targets": [{"type": "route"}]})
    for name, chosen, ids in (
            ("none", {}, [1, 2, 3]),
            ("a tunnel", {"tunnel": 1}, [1]),
            ("a gate", {"gate": "hold"}, [1, 2]),
            ("an interface", {"ifindex": socket.if_nametoindex("eth0")}, [1, 2]),
            ("a scope", {"scope": "interface"}, [1]),
            ("cookies", {"cookie-min": 5, "cookie-max": 6}, [2, 3]),
            ("cookies without an end", {"cookie-min": 6}, [1, 3]),
            ("a prefix", {"addr": address("2001:db8::"), "prefixlen": 32}, [1, 2, 3]),
            ("an IPv4 prefix", {"addr": address("10.0.0.0"), "prefixlen": 7}, [1]),
            ("two conditions", {"gate": "hold", "cookie-max": 5}, [2])):
        same(f"a dump filtered by {name}",
             [b["id"] for b in fmip.dump("binding-get", {"filter": chosen})], ids)
    fmip.do("binding-flush", {"filter": {"cookie-min": 6, "cookie-max": 6}})
    same("a flush with a filter", [b["id"] for b in fmip.dump("binding-get", {})], [1, 2])


def bulk(fmip):
    answer = fmip.do("binding-new", {"entries": [
        {"id": 11, "matches": [match("2001:db8:11::/64")], "gate": "hold"},
        {"id": 12, "matches": [match("2001:db8:11::/64")], "gate": "hold"},
        {"matches": [match("2001:db8:13::/64")], "gate": "hold"}]})
    results = [list(r.values())[0] for r in answer["results"]]
    same("three at once", [r["error"] for r in results], [0, -17, 0])
    report(bool(results[1].get("message")), "... and why one was not", repr(results[1]))
    same("... and what of it is to blame", results[1].get("attr"),
         fmip.attr_sets["binding"]["matches"].value)
    same("... the first has its id", results[0].get("id"), 11)
    made = results[2].get("id")
    same("... and the third got one",
         fmip.do("binding-get", {"match": match("2001:db8:13::/64")})["id"], made)
    answer = fmip.do("binding-set", {"entries": [{"id": 11, "cookie": 11},
                                                 {"id": made, "cookie": 13}]})
    same("two are changed", [b["cookie"] for b in fmip.dump("binding-get", {
        "filter": {"cookie-min": 11, "cookie-max": 13}})], [11, 13]
        if made > 11 else [13, 11])
    answer = fmip.do("binding-del", {"entries": [
        {"id": 11}, {"match": match("2001:db8:13::/64")}, {"id": 4711}]})
    same("and deleted", [list(r.values())[0]["error"] for r in answer["results"]],
         [0, 0, -2])
    answer = fmip.do("tunnel-new", {"entries": [
        {"id": 20 + i, "local": address("2001:db8:1::1"),
         "remote": address(f"2001:db8:20::{i}")} for i in range(1, 4)]})
    same("tunnels at once", [list(r.values())[0]["id"] for r in answer["results"]],
         [21, 22, 23])


def refusals(fmip):
    refused("no such tunnel", 2, "no such tunnel", ".id", fmip.do,
            "tunnel-del", {"id": 4711})
    refused("a tunnel in use", 16, "bindings use this tunnel", ".id", fmip.do,
            "tunnel-del", {"id": 1})
    refused("a number out of its range", 34, "", ".speedup", fmip.do,
            "binding-set", {"id": 1, "speedup": 100})
    refused("the same in a nest", 34, "", ".match.prefixlen", fmip.do,
            "binding-del", {"match": {"addr": address("::"), "prefixlen": 200}})
    refused("a limit of nothing", 22, "with a limit of 0 nothing could be buffered",
            ".limit-packets", fmip.do, "binding-set", {"id": 1, "limit-packets": 0})


def settings(fmip):
    fmip.do("config-set", {"exempt-mark": 16, "exempt-mask": 0xf0, "proxies-max": 9})
    same("the configuration", part(fmip.do("config-get", {}), "netns-bytes", "exempt-mark",
                                   "exempt-mask", "proxies-max"),
         {"netns-bytes": 64 << 20, "exempt-mark": 16, "exempt-mask": 0xf0,
          "proxies-max": 9})
    same("the statistics", part(fmip.do("stats-get", {}), "bindings", "tunnels",
                                "received-packets"),
         {"bindings": len(fmip.dump("binding-get", {})),
          "tunnels": len(fmip.dump("tunnel-get", {})), "received-packets": 0})


def events(fmip):
    listener = Family()
    listener.ntf_subscribe("events")
    fmip.do("binding-new", {"id": 30, "cookie": 42, "gate": "hold", "lifetime": 20,
                            "matches": [match("2001:db8:30::/64")]})
    event = listener.next_event(WAIT_S) or {"name": None, "msg": {}}
    same("an event", (event["name"], part(event["msg"], "event", "binding", "cookie",
                                          "timer")),
         ("event", {"event": "expired", "binding": 30, "cookie": 42, "timer": "binding"}))
    same("... with statistics", event["msg"].get("stats", {}).get("received-packets"), 0)


def flush(fmip):
    fmip.do("binding-flush", {})
    fmip.do("tunnel-flush", {})
    same("all is gone", (fmip.dump("binding-get", {}), fmip.dump("tunnel-get", {})),
         ([], []))


def main():
    fmip = Family()
    for step in (tunnels, bindings, refusals, filters, bulk, settings, events, flush):
        try:
            step(fmip)
        except Exception as error:  # pylint: disable=broad-exception-caught
            report(False, f"{step.__name__} to the end",
                   repr(getattr(error, "nl_msg", error)).replace("\n", " "))
    print("done")


main()
