#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What netlink.sh asks the module, byte by byte.

Each test prints "ok NAME" or "not ok NAME", a tab and why; netlink.sh makes TAP
of it.  The network namespace has the interfaces and addresses that netlink.sh
names.  A request is a list of attributes; the one that wrong() marks is the one
whose offset the refusal must carry.
"""

import ctypes
import errno
import os
import signal
import socket
import struct
import sys
import time
from types import SimpleNamespace

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 10, 11, 12
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ECHO, NLM_F_DUMP = 1, 4, 8, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_MSG, NLMSGERR_OFFS, NLMSGERR_MISS_TYPE = 1, 2, 5
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_FAMILY_ID, CTRL_FAMILY_NAME, CTRL_VERSION = 1, 2, 3
NLA_F_NESTED = 0x8000
HEADERS = 20

libc = ctypes.CDLL(None, use_errno=True)


def enum(names):
    return SimpleNamespace(**{name: i for i, name in enumerate(names.split())})


CMD = enum("""UNSPEC BINDING_NEW BINDING_REPLACE BINDING_SET BINDING_DEL
    BINDING_GET BINDING_FLUSH TUNNEL_NEW TUNNEL_REPLACE TUNNEL_SET TUNNEL_DEL
    TUNNEL_GET TUNNEL_FLUSH STATS_GET CONFIG_GET CONFIG_SET EVENT MAX""")
BINDING = enum("""UNSPEC PAD ID COOKIE FLAGS MATCHES MATCH TARGETS ACCEPTS PROXIES
    ATTACH GATE RELEASE SPEEDUP RATE LIMIT_PACKETS LIMIT_BYTES LIMIT_AGE OVERFLOW
    LIFETIME HOLD_TIME HOLD_EXPIRY HOLD_LEFT STATS ENTRIES RESULTS FILTER REPLAY_NS
    GUARD_IDLE MAX""")
MATCH = enum("UNSPEC DIRECTION ADDR PREFIXLEN SCOPE IFINDEX TUNNEL KEY MAX")
TARGET = enum("UNSPEC TYPE TUNNEL KEY IFINDEX LLADDR LIFETIME MAX")
ACCEPT = enum("UNSPEC TUNNEL KEY DIRECTION LIFETIME MAX")
PROXY = enum("UNSPEC ADDR IFINDEX FLAGS LIFETIME MAX")
ATTACH = enum("UNSPEC IFINDEX LLADDR ON ACTION MAX")
TUNNEL = enum("""UNSPEC PAD ID ENCAP LOCAL REMOTE SPORT DPORT IFINDEX MARK TTL DSCP
    ENCAPLIMIT USERS MTU FLAGS FLOWLABEL ENTRIES RESULTS FILTER MAX""")
RESULT = enum("UNSPEC ERROR ID MESSAGE ATTR MAX")
FILTER = enum("""UNSPEC PAD TUNNEL GATE IFINDEX SCOPE COOKIE_MIN COOKIE_MAX ADDR PREFIXLEN
    MAX""")
CONFIG = enum("""UNSPEC PAD NETNS_BYTES MODULE_BYTES EXEMPT_MARK EXEMPT_MASK
    PROXIES_MAX GUARANTEE MAX""")
STATS = enum("""UNSPEC PAD RECEIVED_PACKETS RECEIVED_BYTES SENT_PACKETS SENT_BYTES
    BUFFERED_PACKETS BUFFERED_BYTES PEAK_PACKETS PEAK_BYTES RELEASED_PACKETS
    DECAP_PACKETS DECAP_BYTES DROPPED ATTACHED REJECTED PROXY_ANSWERS BINDINGS
    TUNNELS FIRST_RELEASE_NS COPIED_PACKETS WINDOW_PACKETS GUARANTEED_BYTES MAX""")
DST, SRC = 0, 1
TUNNEL_TARGET, LINK_TARGET, ROUTE_TARGET = 0, 1, 2
OPEN, HOLD, DRAINING, COPY, GUARD = range(5)
RATE = 2
ANY, VRF, INTERFACE, TUNNEL_SCOPE = range(4)
IP6, IP4, GRE6, GRE4, UDP4, TLV4 = range(6)
FRAGMENT, UDP_CSUM, FLOW_INHERIT, FLOW_HASH = 1, 2, 4, 8
UDP_PORT = 5437
ENTRIES_MAX = 1024

# ---- attributes ----------------------------------------------------------


class Attr:
    """An attribute, of bytes or of attributes."""

    def __init__(self, kind, value, nested=False, length=None):
        self.kind = kind | (NLA_F_NESTED if nested else 0)
        self.value = value
        self.length = length
        self.is_wrong = False
        self.at = None

    def pack(self, at):
        self.at = at
        body = self.value
        if not isinstance(body, bytes):
            body = pack(body, at + 4)
        length = 4 + len(body) if self.length is None else self.length
        return struct.pack("=HH", length, self.kind) + body + bytes(-len(body) % 4)

    def wrong_at(self):
        if self.is_wrong:
            return self.at
        if isinstance(self.value, bytes):
            return None
        return wrong_at(self.value)


def pack(attrs, at):
    out = b""
    for attr in attrs:
        out += attr.pack(at + len(out))
    return out


def wrong_at(attrs):
    for attr in attrs:
        at = attr.wrong_at()
        if at is not None:
            return at
    return None


def wrong(attr):
    attr.is_wrong = True
    return attr


def raw(kind, value):
    return Attr(kind, value)


def u8(kind, value):
    return Attr(kind, struct.pack("=B", value))


def u16(kind, value):
    return Attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return Attr(kind, struct.pack("=I", value))


def u64(kind, value):
    return Attr(kind, struct.pack("=Q", value))


def bits(kind, value, selector):
    return Attr(kind, struct.pack("=II", value, selector))


def addr(kind, text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return Attr(kind, socket.inet_pton(family, text))


def nest(kind, *attrs):
    return Attr(kind, attrs, nested=True)


def item(*attrs):
    return nest(1, *attrs)


def parse(data):
    """Pairs of type and payload."""
    attrs = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        attrs.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return attrs


def number(data):
    return int.from_bytes(data, sys.byteorder)


# ---- the channel ---------------------------------------------------------


class Answer:
    def __init__(self):
        self.error = 0
        self.text = None
        self.offset = None
        self.missing = None
        self.messages = []

    def note(self, attrs):
        for kind, value in parse(attrs):
            if kind == NLMSGERR_MSG:
                self.text = value.rstrip(b"\0").decode()
            elif kind == NLMSGERR_OFFS:
                self.offset = number(value)
            elif kind == NLMSGERR_MISS_TYPE:
                self.missing = number(value)

    def __str__(self):
        return '%s "%s", attribute at %s, missing %s' % (
            errno.errorcode.get(self.error, self.error), self.text, self.offset,
            self.missing)


def messages(data):
    while len(data) >= 16:
        length, kind, flags, seq = struct.unpack_from("=IHHI", data)
        yield kind, flags, seq, data[16:length]
        data = data[(length + 3) & ~3:]


def request(cmd, attrs, flags, seq, family, tail=b""):
    body = struct.pack("=BBH", cmd, 1, 0) + pack(attrs, HEADERS) + tail
    return struct.pack("=IHHII", 16 + len(body), family, NLM_F_REQUEST | flags, seq, 0) + body


class Channel:
    family = None

    def __init__(self, receive_bytes=None):
        self.seq = 0
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK:
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        if receive_bytes:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.sock.settimeout(60)
        self.sock.bind((0, 0))

    def send(self, cmd, attrs=(), flags=NLM_F_ACK, family=None, tail=b""):
        self.seq += 1
        self.sock.send(request(cmd, attrs, flags, self.seq, family or self.family, tail))

    def ask(self, cmd, *attrs, flags=0, family=None, tail=b""):
        self.send(cmd, attrs, flags if flags & NLM_F_DUMP else flags | NLM_F_ACK,
                  family, tail)
        return self.answer()

    def answer(self):
        answer = Answer()
        while True:
            for kind, flags, seq, data in messages(self.sock.recv(1 << 16)):
                if seq != self.seq:
                    continue
                if kind not in (NLMSG_ERROR, NLMSG_DONE):
                    answer.messages.append(data[4:])
                    continue
                answer.error = -struct.unpack_from("=i", data)[0]
                if flags & NLM_F_ACK_TLVS:
                    answer.note(data[4 if kind == NLMSG_DONE else 20:])
                return answer

    def find_family(self):
        answer = self.ask(CTRL_CMD_GETFAMILY, raw(CTRL_FAMILY_NAME, b"fmip\0"),
                          family=GENL_ID_CTRL)
        attrs = dict(parse(answer.messages[0]))
        Channel.family = number(attrs[CTRL_FAMILY_ID])
        return number(attrs[CTRL_VERSION])

    def must(self, cmd, *attrs, flags=0):
        answer = self.ask(cmd, *attrs, flags=flags)
        if answer.error:
            sys.exit("not ok the tests can be prepared\t%s" % answer)
        return answer.messages

    def snapshot(self):
        """All that a refused request must leave as it was."""
        return [self.must(cmd, flags=NLM_F_DUMP)
                for cmd in (CMD.BINDING_GET, CMD.TUNNEL_GET)] + [
                    self.must(cmd) for cmd in (CMD.CONFIG_GET, CMD.STATS_GET)]


def tell(name, why=None):
    print("not ok %s\t%s" % (name, why) if why else "ok " + name, flush=True)


def check(name, got, wanted):
    tell(name, None if got == wanted else "got %r, not %r" % (got, wanted))


# ---- refusals ------------------------------------------------------------

ch = Channel()
ETH0, ETH1, NOARP, LOOPBACK, VRF0 = (socket.if_nametoindex(name) for name in (
    "eth0", "eth1", "noarp0", "lo", "vrf0"))
FREE = "2001:db8:99::1"
OWN = "2001:db8:1::1"
FREE4 = "203.0.113.1"
OWN4 = "192.0.2.1"
ANY_TEXT = object()


def refusal(cmd, error, text, attrs, **how):
    """Why the refusal is not as it should be, or None."""
    before = ch.snapshot()
    why = disagreement(cmd, error, text, attrs, **how)
    harm = unchanged(cmd, before)
    return "; ".join(filter(None, (why, harm))) or None


def disagreement(cmd, error, text, attrs, missing=None, **how):
    answer = ch.ask(cmd, *attrs, **how)
    wanted = Answer()
    wanted.error = getattr(errno, error)
    wanted.text = answer.text or "some text" if text is ANY_TEXT else text
    wanted.offset = wrong_at(attrs)
    wanted.missing = missing
    # Linux 6.1 does not tell it for a dump.
    if answer.offset is None and how.get("flags") == NLM_F_DUMP:
        wanted.offset = None
    if str(answer) != str(wanted):
        return "command %d: got %s; wanted %s" % (cmd, answer, wanted)
    if answer.messages:
        return "command %d: an answer came with the refusal" % cmd
    return None


def unchanged(cmd, before):
    """Why it is not; the tests that follow find what they need all the same."""
    if ch.snapshot() == before:
        return None
    prepare()
    return "command %d changed something" % cmd


def refused(name, cmd, error, text, *attrs, **how):
    tell(name, refusal(cmd, error, text, attrs, **how))


def body(attrs, match, target):
    """The attributes, and what else a binding needs."""
    given = {attr.kind & ~NLA_F_NESTED for attr in attrs}
    out = []
    if match and BINDING.MATCHES not in given:
        out.append(matches(FREE))
    if target and BINDING.TARGETS not in given:
        out.append(nest(BINDING.TARGETS, tunnel_target(1)))
    return out + list(attrs)


def matches(*addrs):
    return nest(BINDING.MATCHES, *(item(addr(MATCH.ADDR, a)) for a in addrs))


def tunnel_target(tunnel):
    return item(u8(TARGET.TYPE, TUNNEL_TARGET), u32(TARGET.TUNNEL, tunnel))


def link_target(ifindex, *attrs):
    return item(u8(TARGET.TYPE, LINK_TARGET), u32(TARGET.IFINDEX, ifindex), *attrs)


def accept(tunnel, *attrs):
    return item(u32(ACCEPT.TUNNEL, tunnel), u8(ACCEPT.DIRECTION, SRC), *attrs)


def proxy(address, ifindex, *attrs):
    return item(addr(PROXY.ADDR, address), u32(PROXY.IFINDEX, ifindex), *attrs)


EVERY = CMD.BINDING_NEW, CMD.BINDING_REPLACE, CMD.BINDING_SET
MAKE = CMD.BINDING_NEW, CMD.BINDING_REPLACE


def binding(name, error, text, *attrs, cmds=EVERY, match=True, target=True):
    """Refused when a binding is made, replaced and changed: binding 1 is there."""
    why = None
    for cmd in cmds:
        head = [] if cmd == CMD.BINDING_NEW else [u32(BINDING.ID, 1)]
        why = why or refusal(cmd, error, text, head + body(attrs, match, target))
    tell(name, why)


def match_of(*attrs):
    return nest(BINDING.MATCHES, item(*attrs))


def bad_matches():
    free, long_addr = addr(MATCH.ADDR, FREE), FREE
    binding("a prefix with bits set beyond its length", "EINVAL",
            "the prefix has bits set beyond its length",
            match_of(wrong(addr(MATCH.ADDR, long_addr)), u8(MATCH.PREFIXLEN, 64)))
    binding("... as the second of two", "EINVAL",
            "the prefix has bits set beyond its length",
            nest(BINDING.MATCHES, item(free),
                 item(wrong(addr(MATCH.ADDR, "2001:db8::")), u8(MATCH.PREFIXLEN, 28))))
    for prefix, length in (("fe80::", 10), ("fe80::1", 128), ("ff00::", 8),
                           ("ff02::", 16), ("ff0e::1", 128)):
        binding("a match for %s/%d" % (prefix, length), "EINVAL",
                "link-local and multicast packets are never forwarded",
                match_of(wrong(addr(MATCH.ADDR, prefix)), u8(MATCH.PREFIXLEN, length)))
    for own in OWN, "::1", "::":
        binding("a match for %s, the router's own" % own, "EINVAL",
                "the address is this router's own", match_of(wrong(addr(MATCH.ADDR, own))))
    binding("the same match twice", "EINVAL", "a match is named twice",
            nest(BINDING.MATCHES, item(free), wrong(item(addr(MATCH.ADDR, FREE)))))
    binding("... and once with its length", "EINVAL", "a match is named twice",
            nest(BINDING.MATCHES, item(free),
                 wrong(item(addr(MATCH.ADDR, FREE), u8(MATCH.PREFIXLEN, 128)))))
    binding("a match of another binding: the same NCoA twice", "EEXIST",
            "this match belongs to another binding",
            nest(BINDING.MATCHES, item(free), wrong(item(addr(MATCH.ADDR, "2001:db8:2::10")))))
    binding("no match in the list", "EINVAL", "a binding needs a match",
            wrong(nest(BINDING.MATCHES)))
    binding("a match without an address", "EINVAL", "a match needs an address",
            nest(BINDING.MATCHES, wrong(item(u8(MATCH.PREFIXLEN, 128)))))
    binding("17 matches", "E2BIG", "too many matches",
            wrong(matches(*("2001:db8:99::%x" % i for i in range(17)))))
    bad_scopes(free)
    bad_matches4()
    for name, attr in (("a prefix of 129 bits", u8(MATCH.PREFIXLEN, 129)),
                       ("direction 2", u8(MATCH.DIRECTION, 2)),
                       ("scope 4", u8(MATCH.SCOPE, 4))):
        binding(name, "ERANGE", "integer out of range", match_of(free, wrong(attr)))
    for length in 0, 5, 15:
        binding("an address of %d bytes" % length, "EINVAL", "an address has 4 or 16 bytes",
                match_of(wrong(raw(MATCH.ADDR, bytes(length)))))
    binding("an address of 17 bytes", "ERANGE", "Attribute failed policy validation",
            match_of(wrong(raw(MATCH.ADDR, bytes(17)))))


def bad_scopes(free):
    scope = {name: u8(MATCH.SCOPE, i) for i, name in enumerate(("any", "vrf", "interface",
                                                                 "tunnel"))}
    for name in "any", "vrf":
        binding("a match of the source in scope " + name, "EINVAL",
                "a match of the source needs the scope interface or tunnel",
                match_of(wrong(u8(MATCH.DIRECTION, SRC)), free, scope[name],
                         *([] if name == "any" else [u32(MATCH.IFINDEX, VRF0)])))
    for name in "vrf", "interface":
        binding("scope %s without an interface" % name, "EINVAL", "an interface is missing",
                nest(BINDING.MATCHES, wrong(item(free, scope[name]))))
        binding("scope %s with an interface that does not exist" % name, "ENODEV",
                "no such interface", match_of(free, scope[name], wrong(u32(MATCH.IFINDEX, 4711))))
        binding("scope %s with the loopback" % name, "EINVAL", "no node is on this interface",
                match_of(free, scope[name], wrong(u32(MATCH.IFINDEX, LOOPBACK))))
    binding("scope vrf with another interface", "EINVAL", "this interface is not a VRF",
            match_of(free, scope["vrf"], wrong(u32(MATCH.IFINDEX, ETH1))))
    binding("scope tunnel without a tunnel", "EINVAL", "a tunnel is missing",
            nest(BINDING.MATCHES, wrong(item(free, scope["tunnel"]))))
    binding("scope tunnel with one that does not exist", "ENOENT", "no such tunnel",
            match_of(free, scope["tunnel"], wrong(u32(MATCH.TUNNEL, 4711))))
    binding("scope tunnel with a key that the tunnel has no room for", "EINVAL",
            "the tunnel's encapsulation has no key",
            match_of(free, scope["tunnel"], u32(MATCH.TUNNEL, 1), wrong(u32(MATCH.KEY, 5))))
    for name in "any", "tunnel":
        binding("scope %s with an interface" % name, "EINVAL", "this scope has no interface",
                match_of(free, scope[name], wrong(u32(MATCH.IFINDEX, ETH1))))
    for name in "any", "vrf", "interface":
        for what, attr in ("tunnel", u32(MATCH.TUNNEL, 1)), ("key", u32(MATCH.KEY, 1)):
            binding("scope %s with a %s" % (name, what), "EINVAL",
                    "this scope has no tunnel and no key",
                    match_of(free, scope[name], wrong(attr)))
    binding("an interface without a scope", "EINVAL", "this scope has no interface",
            match_of(free, wrong(u32(MATCH.IFINDEX, ETH1))))


def bad_matches4():
    binding("an IPv4 prefix with bits set beyond its length", "EINVAL",
            "the prefix has bits set beyond its length",
            match_of(wrong(addr(MATCH.ADDR, FREE4)), u8(MATCH.PREFIXLEN, 24)))
    binding("an IPv4 prefix of 33 bits", "EINVAL", "an IPv4 prefix has at most 32 bits",
            match_of(addr(MATCH.ADDR, FREE4), wrong(u8(MATCH.PREFIXLEN, 33))))
    for prefix, length in (("224.0.0.0", 4), ("239.255.255.255", 32), ("127.0.0.0", 8),
                           ("127.0.0.1", 32), ("255.255.255.255", 32), ("0.0.0.0", 32),
                           ("192.0.2.255", 32), ("0.0.0.0", 8)):
        binding("a match for %s/%d" % (prefix, length), "EINVAL",
                "loopback, broadcast and multicast packets are never forwarded",
                match_of(wrong(addr(MATCH.ADDR, prefix)), u8(MATCH.PREFIXLEN, length)))
    binding("a match for %s, the router's own" % OWN4, "EINVAL",
            "the address is this router's own", match_of(wrong(addr(MATCH.ADDR, OWN4))))
    binding("the same IPv4 match twice", "EINVAL", "a match is named twice",
            nest(BINDING.MATCHES, item(addr(MATCH.ADDR, FREE4)),
                 wrong(item(addr(MATCH.ADDR, FREE4)))))


def bad_lladdrs(list_with):
    for name, lladdr in (("5 bytes", bytes((2, 0, 0, 0, 0))),
                         ("8 bytes", bytes((2, 0, 0, 0, 0, 0, 0, 1))), ("0 bytes", b"")):
        yield ("%s, link-layer address of " + name, "EINVAL",
               "the link-layer address does not fit the interface", list_with(lladdr))
    for name, lladdr in (("multicast", bytes((1, 0, 0, 0, 0, 1))),
                         ("broadcast", bytes((255,) * 6)), ("all-zero", bytes(6))):
        yield ("%s, " + name + " link-layer address", "EINVAL",
               "the link-layer address is not a unicast one", list_with(lladdr))
    yield ("%s, link-layer address of 33 bytes", "ERANGE", "Attribute failed policy validation",
           list_with(bytes(33)))


def bad_targets():
    def targets(*attrs):
        return nest(BINDING.TARGETS, item(*attrs))

    tunnel, link = u8(TARGET.TYPE, TUNNEL_TARGET), u8(TARGET.TYPE, LINK_TARGET)
    binding("target tunnel that does not exist", "ENOENT", "no such tunnel",
            targets(tunnel, wrong(u32(TARGET.TUNNEL, 4711))))
    binding("target without a type", "EINVAL", "a target needs a type",
            nest(BINDING.TARGETS, wrong(item(u32(TARGET.TUNNEL, 1)))))
    binding("target without anything", "EINVAL", "a target needs a type",
            nest(BINDING.TARGETS, wrong(item())))
    binding("target tunnel without a tunnel", "EINVAL", "a tunnel is missing",
            nest(BINDING.TARGETS, wrong(item(tunnel))))
    binding("target link without an interface", "EINVAL", "an interface is missing",
            nest(BINDING.TARGETS, wrong(item(link))))
    binding("target on an interface that does not exist", "ENODEV", "no such interface",
            targets(link, wrong(u32(TARGET.IFINDEX, 4711))))
    for name, ifindex in (("the loopback", LOOPBACK),
                          ("the fmip device", socket.if_nametoindex("fmip0"))):
        binding("target on " + name, "EINVAL", "no node is on this interface",
                targets(link, wrong(u32(TARGET.IFINDEX, ifindex))))
    binding("target tunnel with an interface", "EINVAL",
            "a tunnel target has no interface of its own",
            targets(tunnel, u32(TARGET.TUNNEL, 1), wrong(u32(TARGET.IFINDEX, ETH1))))
    binding("target tunnel with a link-layer address", "EINVAL",
            "a tunnel target has no interface of its own",
            targets(tunnel, u32(TARGET.TUNNEL, 1), wrong(raw(TARGET.LLADDR, bytes(6)))))
    binding("target link with a tunnel", "EINVAL", "a link target has no tunnel",
            targets(link, u32(TARGET.IFINDEX, ETH1), wrong(u32(TARGET.TUNNEL, 1))))
    binding("target with a key", "EINVAL", "the tunnel's encapsulation has no key",
            targets(tunnel, u32(TARGET.TUNNEL, 1), wrong(u32(TARGET.KEY, 5))))
    for name, attr in (("a tunnel", u32(TARGET.TUNNEL, 1)), ("a key", u32(TARGET.KEY, 1)),
                       ("an interface", u32(TARGET.IFINDEX, ETH1)),
                       ("a link-layer address", raw(TARGET.LLADDR, bytes((2,) * 6)))):
        binding("target route with " + name, "EINVAL", "a route target is nothing but that",
                targets(u8(TARGET.TYPE, ROUTE_TARGET), wrong(attr)))
    binding("target of type 3", "ERANGE", "integer out of range",
            targets(wrong(u8(TARGET.TYPE, 3))))
    route = item(u8(TARGET.TYPE, ROUTE_TARGET))
    binding("five targets", "E2BIG", "too many targets",
            wrong(nest(BINDING.TARGETS, tunnel_target(1), tunnel_target(2), route,
                       link_target(ETH0), link_target(ETH1))))
    for name, one in (("tunnel", lambda: tunnel_target(1)), ("link", lambda: link_target(ETH0)),
                      ("route", lambda: item(u8(TARGET.TYPE, ROUTE_TARGET)))):
        binding("the same target twice, a " + name, "EINVAL", "a target is named twice",
                nest(BINDING.TARGETS, one(), wrong(one())))
    for name, *refusal_of in bad_lladdrs(
            lambda lladdr: targets(link, u32(TARGET.IFINDEX, ETH1),
                                   wrong(raw(TARGET.LLADDR, lladdr)))):
        binding(name % "target", *refusal_of)


def bad_accepts():
    def accepts(*items):
        return nest(BINDING.ACCEPTS, accept(2), *items)

    binding("accept from a tunnel that does not exist", "ENOENT", "no such tunnel",
            accepts(item(wrong(u32(ACCEPT.TUNNEL, 4711)), u8(ACCEPT.DIRECTION, SRC))))
    binding("accept without a tunnel", "EINVAL", "a tunnel is missing",
            accepts(wrong(item(u8(ACCEPT.DIRECTION, SRC)))))
    binding("accept without a direction", "EINVAL", "an accept needs a direction",
            accepts(wrong(item(u32(ACCEPT.TUNNEL, 1)))))
    binding("accept of direction 2", "ERANGE", "integer out of range",
            accepts(item(u32(ACCEPT.TUNNEL, 1), wrong(u8(ACCEPT.DIRECTION, 2)))))
    binding("accept with a key", "EINVAL", "the tunnel's encapsulation has no key",
            accepts(accept(1, wrong(u32(ACCEPT.KEY, 5)))))
    binding("nine accepts", "E2BIG", "too many accepts",
            wrong(nest(BINDING.ACCEPTS, *(accept(1) for _ in range(9)))))


def bad_clash():
    """Binding 1 accepts its address out of tunnel 1."""
    clash = "another binding accepts this address out of this tunnel"
    taken = item(addr(MATCH.ADDR, "2001:db8:1::10"), u8(MATCH.SCOPE, INTERFACE),
                 u32(MATCH.IFINDEX, ETH1))
    refused("to accept what another binding accepts", CMD.BINDING_NEW, "EEXIST", clash,
            nest(BINDING.MATCHES, item(addr(MATCH.ADDR, FREE)), taken),
            nest(BINDING.TARGETS, tunnel_target(2)),
            nest(BINDING.ACCEPTS, accept(2), wrong(accept(1))))
    refused("... in a binding that is there", CMD.BINDING_SET, "EEXIST", clash,
            u32(BINDING.ID, 2), nest(BINDING.MATCHES, taken),
            nest(BINDING.ACCEPTS, wrong(accept(1))))
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 2), nest(BINDING.ACCEPTS, accept(1)))
    taken.is_wrong = True
    refused("... by a new match", CMD.BINDING_SET, "EEXIST", clash, u32(BINDING.ID, 2),
            nest(BINDING.MATCHES, item(addr(MATCH.ADDR, FREE)), taken))
    taken.is_wrong = False
    answer = ch.ask(CMD.BINDING_SET, u32(BINDING.ID, 2), nest(BINDING.MATCHES, taken),
                    nest(BINDING.ACCEPTS, item(u32(ACCEPT.TUNNEL, 1), u8(ACCEPT.DIRECTION, DST))))
    tell("another direction is another accept", None if not answer.error else str(answer))
    prepare()


def bad_proxies():
    def proxies(*items):
        return nest(BINDING.PROXIES, proxy("2001:db8:2::99", ETH1), *items)

    binding("proxy without an address", "EINVAL", "a proxy needs an address",
            proxies(wrong(item(u32(PROXY.IFINDEX, ETH1)))))
    binding("proxy without an interface", "EINVAL", "an interface is missing",
            proxies(wrong(item(addr(PROXY.ADDR, FREE)))))
    binding("proxy on an interface that does not exist", "ENODEV", "no such interface",
            proxies(item(addr(PROXY.ADDR, FREE), wrong(u32(PROXY.IFINDEX, 4711)))))
    binding("proxy on an interface without Neighbour Discovery", "EINVAL",
            "there is no Neighbour Discovery on this interface",
            proxies(item(addr(PROXY.ADDR, FREE), wrong(u32(PROXY.IFINDEX, NOARP)))))
    binding("proxy of the router's own address", "EINVAL", "the address is this router's own",
            proxies(item(wrong(addr(PROXY.ADDR, OWN)), u32(PROXY.IFINDEX, ETH1))))
    for address in "ff02::1", "::", "::1":
        binding("proxy of " + address, "EINVAL", "only a unicast address can be proxied",
                proxies(item(wrong(addr(PROXY.ADDR, address)), u32(PROXY.IFINDEX, ETH1))))
    for address in "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.255":
        binding("proxy of " + address, "EINVAL", "only a unicast address can be proxied",
                proxies(item(wrong(addr(PROXY.ADDR, address)), u32(PROXY.IFINDEX, ETH1))))
    binding("proxy of the router's own IPv4 address", "EINVAL",
            "the address is this router's own",
            proxies(item(wrong(addr(PROXY.ADDR, OWN4)), u32(PROXY.IFINDEX, ETH1))))
    binding("proxy of an IPv4 address on an interface without ARP", "EINVAL",
            "there is no ARP on this interface",
            proxies(item(addr(PROXY.ADDR, FREE4), wrong(u32(PROXY.IFINDEX, NOARP)))))
    binding("proxy of what another binding proxies", "EEXIST",
            "another binding proxies this address",
            proxies(item(wrong(addr(PROXY.ADDR, "2001:db8:2::10")), u32(PROXY.IFINDEX, ETH1))))
    binding("the same address proxied twice", "EINVAL", "an address is named twice",
            proxies(item(wrong(addr(PROXY.ADDR, "2001:db8:2::99")), u32(PROXY.IFINDEX, ETH1))))
    binding("proxy with a flag that there is not", "EINVAL",
            "Attribute failed policy validation",
            proxies(proxy(FREE, ETH1, wrong(bits(PROXY.FLAGS, 4, 4)))))
    binding("nine proxies", "E2BIG", "too many proxied addresses",
            wrong(nest(BINDING.PROXIES, *(proxy("2001:db8:2::a%x" % i, ETH1)
                                          for i in range(9)))))


def bad_attach():
    def attach(*attrs):
        return nest(BINDING.ATTACH, *attrs)

    on_link = nest(BINDING.TARGETS, link_target(ETH1))
    eth1 = u32(ATTACH.IFINDEX, ETH1)
    binding("attach without an interface", "EINVAL", "an interface is missing", on_link,
            wrong(attach(bits(ATTACH.ON, 1, 1))))
    binding("attach on an interface that does not exist", "ENODEV", "no such interface",
            on_link, attach(wrong(u32(ATTACH.IFINDEX, 4711))))
    binding("attach on nothing", "EINVAL", "nothing would count as an arrival", on_link,
            attach(eth1, wrong(bits(ATTACH.ON, 0, 15))))
    binding("attach on what there is not", "EINVAL", "Attribute failed policy validation",
            on_link, attach(eth1, wrong(bits(ATTACH.ON, 16, 16))))
    binding("attach with action 2", "ERANGE", "integer out of range", on_link,
            attach(eth1, wrong(u8(ATTACH.ACTION, 2))))
    for name, targets in (("with a tunnel as target", nest(BINDING.TARGETS, tunnel_target(1))),
                          ("with a target on another link",
                           nest(BINDING.TARGETS, link_target(ETH0)))):
        binding("attach that opens, " + name, "EINVAL",
                "attach with action open needs a link target on the same interface",
                targets, wrong(attach(eth1)))
    binding("attach that opens, with no target", "EINVAL",
            "attach with action open needs a link target on the same interface",
            u8(BINDING.GATE, HOLD), wrong(attach(eth1)), nest(BINDING.TARGETS))
    binding("attach and target with different link-layer addresses", "EINVAL",
            "attach and target name different link-layer addresses",
            nest(BINDING.TARGETS, link_target(ETH1, raw(TARGET.LLADDR, bytes((2,) * 6)))),
            wrong(attach(eth1, raw(ATTACH.LLADDR, bytes((4,) * 6)))))
    for name, *refusal_of in bad_lladdrs(
            lambda lladdr: attach(eth1, wrong(raw(ATTACH.LLADDR, lladdr)))):
        binding(name % "attach", *refusal_of, on_link)


def bad_scalars():
    none = nest(BINDING.TARGETS)
    binding("gate draining", "EINVAL", "draining is what a gate does, not what it is told",
            wrong(u8(BINDING.GATE, DRAINING)))
    for name, gate in ("open", OPEN), ("copy", COPY), ("guard", GUARD):
        binding("gate %s without a target" % name, "EINVAL",
                "a gate that is not on hold needs a target", none, wrong(u8(BINDING.GATE, gate)))
    binding("gate guard without an accept", "EINVAL",
            "a guard needs an accept, for whose packets it waits", nest(BINDING.ACCEPTS),
            wrong(u8(BINDING.GATE, GUARD)))
    for name, gate in ("open", OPEN), ("hold", HOLD):
        binding("a replay of what was not copied, gate " + name, "EINVAL",
                "there is nothing to replay", u8(BINDING.GATE, gate),
                wrong(u64(BINDING.REPLAY_NS, 0)))
    binding("a gate of which nothing is said without a target", "EINVAL",
            "a gate that is not on hold needs a target", wrong(none))
    binding("a hold that ends with an open gate without a target", "EINVAL",
            "a hold that ends with an open gate needs a target", nest(BINDING.TARGETS),
            u8(BINDING.GATE, HOLD), u32(BINDING.HOLD_TIME, 1000),
            wrong(u8(BINDING.HOLD_EXPIRY, 1)))
    binding("release at a rate without a rate", "EINVAL", "release rate needs a rate",
            wrong(u8(BINDING.RELEASE, RATE)))
    for name, kind in (("packets", BINDING.LIMIT_PACKETS), ("bytes", BINDING.LIMIT_BYTES)):
        binding("a limit of 0 " + name, "EINVAL",
                "with a limit of 0 nothing could be buffered", wrong(u32(kind, 0)))
    for name, attr in (("gate 5", u8(BINDING.GATE, 5)),
                       ("release 3", u8(BINDING.RELEASE, 3)),
                       ("a speed-up of 100 %", u32(BINDING.SPEEDUP, 100)),
                       ("a speed-up of 10001 %", u32(BINDING.SPEEDUP, 10001)),
                       ("a rate of 0", u32(BINDING.RATE, 0)),
                       ("overflow 2", u8(BINDING.OVERFLOW, 2)),
                       ("hold expiry 3", u8(BINDING.HOLD_EXPIRY, 3))):
        binding(name, "ERANGE", "integer out of range", wrong(attr))
    binding("a flag that there is not", "EINVAL", "Attribute failed policy validation",
            wrong(bits(BINDING.FLAGS, 2, 2)))
    binding("hold-left, which is output only", "EINVAL", "this attribute is output only",
            wrong(u32(BINDING.HOLD_LEFT, 1)))
    binding("results, which are output only", "EINVAL", ANY_TEXT, wrong(nest(BINDING.RESULTS)))
    binding("a filter for what is made or changed", "EINVAL",
            "only a dump and a flush take a filter", wrong(nest(BINDING.FILTER)))
    binding("statistics, which are output only", "EINVAL", ANY_TEXT, wrong(nest(BINDING.STATS)))


def bad_form():
    """What no policy lets pass."""
    binding("a cookie of 4 bytes", "EINVAL", "invalid attribute length",
            wrong(u32(BINDING.COOKIE, 1)))
    binding("a number of 8 bytes instead of 4", "EINVAL", "invalid attribute length",
            wrong(u64(BINDING.LIMIT_AGE, 1)))
    binding("a number of 2 bytes instead of 1", "EINVAL", "invalid attribute length",
            wrong(u16(BINDING.GATE, HOLD)))
    binding("flags of 4 bytes", "ERANGE", "Attribute failed policy validation",
            wrong(u32(BINDING.FLAGS, 1)))
    nests = (("binding", BINDING, lambda a: a),
             ("match", MATCH, lambda a: match_of(addr(MATCH.ADDR, FREE), a)),
             ("target", TARGET, lambda a: nest(BINDING.TARGETS, item(u8(TARGET.TYPE, 0), a))),
             ("accept", ACCEPT, lambda a: nest(BINDING.ACCEPTS, accept(1, a))),
             ("proxy", PROXY, lambda a: nest(BINDING.PROXIES, proxy(FREE, ETH1, a))),
             ("attach", ATTACH, lambda a: nest(BINDING.ATTACH, u32(ATTACH.IFINDEX, ETH1), a)))
    for name, attrs, within in nests:
        for kind in attrs.MAX, 0, 0x3fff:
            binding("attribute %d in a %s" % (kind, name), "EINVAL", "Unknown attribute type",
                    within(wrong(u32(kind, 1))))
    binding("padding as a request", "EINVAL", "Unsupported attribute",
            wrong(raw(BINDING.PAD, b"")))
    binding("a list that is not marked as nested", "EINVAL", "NLA_F_NESTED is missing",
            wrong(Attr(BINDING.MATCHES, (item(addr(MATCH.ADDR, FREE)),))))
    binding("a member that is not marked as nested", "EINVAL", "NLA_F_NESTED is missing",
            nest(BINDING.MATCHES, wrong(Attr(1, (addr(MATCH.ADDR, FREE),)))))
    binding("a number that is marked as nested", "EINVAL", "NLA_F_NESTED not expected",
            wrong(Attr(BINDING.GATE, b"\1", nested=True)))
    binding("a member that is too short", "ERANGE", "Array element too short",
            nest(BINDING.ACCEPTS, wrong(Attr(1, b"ab", nested=True))))
    binding("a list that is too short", "ERANGE", "Attribute failed policy validation",
            wrong(Attr(BINDING.ACCEPTS, b"ab", nested=True)))
    for cmd in EVERY:
        refused("bytes behind the attributes, command %d" % cmd, cmd, "EINVAL",
                "bytes leftover after parsing attributes", u32(BINDING.ID, 1), matches(FREE),
                tail=b"\0\0\0")
    refused("an attribute longer than the request", CMD.BINDING_SET, "EINVAL",
            "bytes leftover after parsing attributes", u32(BINDING.ID, 1),
            Attr(BINDING.GATE, b"\1", length=64))
    for cmd in CMD.UNSPEC, CMD.EVENT, CMD.MAX, 255:
        refused("command %d" % cmd, cmd, "EOPNOTSUPP", None)


def bad_names():
    which = "name the binding, either by its id or by a match"
    exact = nest(BINDING.MATCH, addr(MATCH.ADDR, "2001:db8:2::10"))
    inexact = nest(BINDING.MATCH, addr(MATCH.ADDR, "2001:db8:2::"), u8(MATCH.PREFIXLEN, 64))
    refused("an id that is taken", CMD.BINDING_NEW, "EEXIST", "a binding with this id exists",
            wrong(u32(BINDING.ID, 1)), *body((), True, True))
    refused("... even with a proxy", CMD.BINDING_NEW, "EEXIST",
            "a binding with this id exists", wrong(u32(BINDING.ID, 1)),
            *body((nest(BINDING.PROXIES, proxy(FREE, ETH1)),), True, True))
    for cmd in MAKE:
        refused("a binding with a match outside of the list, command %d" % cmd, cmd, "EINVAL",
                "a match here names no binding",
                wrong(nest(BINDING.MATCH, addr(MATCH.ADDR, FREE))), *body((), True, True))
        refused("a binding without a match, command %d" % cmd, cmd, "EINVAL",
                "a binding needs a match", u32(BINDING.ID, 9), missing=BINDING.MATCHES)
        refused("id 0, command %d" % cmd, cmd, "ERANGE", "integer out of range",
                wrong(u32(BINDING.ID, 0)), *body((), True, True))
    refused("to replace by the second match", CMD.BINDING_REPLACE, "EEXIST",
            "this match belongs to another binding", nest(
                BINDING.MATCHES, item(addr(MATCH.ADDR, FREE)),
                wrong(item(addr(MATCH.ADDR, "2001:db8:1::10")))),
            nest(BINDING.TARGETS, tunnel_target(1)))
    for verb, cmd in (("change", CMD.BINDING_SET), ("delete", CMD.BINDING_DEL),
                      ("get", CMD.BINDING_GET)):
        refused("to %s a binding that is not named" % verb, cmd, "EINVAL", which)
        refused("to %s a binding that is named twice" % verb, cmd, "EINVAL", which,
                u32(BINDING.ID, 2), exact)
        refused("to %s a binding whose id there is not" % verb, cmd, "ENOENT",
                "no such binding", wrong(u32(BINDING.ID, 4711)))
        refused("to %s a binding by a prefix around its own" % verb, cmd, "ENOENT",
                "no such binding", wrong(inexact))
        refused("to %s a binding by a match without an address" % verb, cmd, "EINVAL",
                "a match needs an address", wrong(nest(BINDING.MATCH, u8(MATCH.PREFIXLEN, 1))))
        if cmd != CMD.BINDING_SET:
            refused("to %s a binding, and more" % verb, cmd, "EINVAL",
                    "this request only takes an id or a match", u32(BINDING.ID, 1),
                    wrong(u64(BINDING.COOKIE, 0)))
    for name, verb, cmd, kind in (
            ("bindings", "list", CMD.BINDING_GET, BINDING), ("tunnels", "list", CMD.TUNNEL_GET,
            TUNNEL), ("bindings", "flush", CMD.BINDING_FLUSH, BINDING),
            ("tunnels", "flush", CMD.TUNNEL_FLUSH, TUNNEL)):
        bad_filter(name, verb, cmd, kind)
    for name, cmd in ("statistics", CMD.STATS_GET), ("configuration", CMD.CONFIG_GET):
        answer = ch.ask(cmd, u32(1, 1))
        tell("an attribute with a request for the " + name,
             None if answer.error == errno.EINVAL and answer.text and answer.offset == HEADERS
             else "got %s" % answer)


def bad_filter(name, verb, cmd, kind):
    how = {"flags": NLM_F_DUMP} if verb == "list" else {}

    def select(what, error, text, *attrs):
        refused("to %s %s, selected by %s" % (verb, name, what), cmd, error, text,
                nest(kind.FILTER, *attrs), **how)

    refused("to %s %s, selected by an id" % (verb, name), cmd, "EINVAL",
            "this request only takes a filter", wrong(u32(kind.ID, 4711)), **how)
    select("a length without an address", "EINVAL", "a length needs an address",
           wrong(u8(FILTER.PREFIXLEN, 8)))
    select("33 bits of IPv4", "EINVAL", "an IPv4 prefix has at most 32 bits",
           addr(FILTER.ADDR, FREE4), wrong(u8(FILTER.PREFIXLEN, 33)))
    select("what there is not", "EINVAL", "Unknown attribute type", wrong(u32(FILTER.MAX, 1)))
    select("an address of 5 bytes", "EINVAL", "an address has 4 or 16 bytes",
           wrong(raw(FILTER.ADDR, bytes(5))))
    if kind is TUNNEL:
        for what, attr in (("gate", u8(FILTER.GATE, 1)), ("scope", u8(FILTER.SCOPE, 1)),
                           ("tunnel", u32(FILTER.TUNNEL, 1)),
                           ("cookie", u64(FILTER.COOKIE_MIN, 1))):
            select(what, "EINVAL", "tunnels cannot be selected by this", wrong(attr))
        return
    for what, attr in (("gate 5", u8(FILTER.GATE, 5)), ("scope 4", u8(FILTER.SCOPE, 4)),
                       ("tunnel 0", u32(FILTER.TUNNEL, 0))):
        select(what, "ERANGE", "integer out of range", wrong(attr))
    select("an empty range of cookies", "EINVAL", "the least cookie is larger than the largest",
           wrong(u64(FILTER.COOKIE_MIN, 2)), u64(FILTER.COOKIE_MAX, 1))


def bad_tunnels():
    local, remote = addr(TUNNEL.LOCAL, OWN), addr(TUNNEL.REMOTE, "2001:db8:9::9")

    def tunnel(name, error, text, *attrs):
        """Refused when a tunnel is made, replaced and changed: tunnel 2 is there."""
        given = {attr.kind for attr in attrs}
        ends = [end for end in (local, remote) if end.kind not in given]
        why = None
        for cmd in CMD.TUNNEL_NEW, CMD.TUNNEL_REPLACE, CMD.TUNNEL_SET:
            head = [] if cmd == CMD.TUNNEL_NEW else [u32(TUNNEL.ID, 2)]
            why = why or refusal(cmd, error, text, head + ends + list(attrs))
        tell(name, why)

    tunnel("a tunnel to oneself", "EINVAL", "a tunnel cannot lead to itself",
           wrong(addr(TUNNEL.REMOTE, OWN)))
    tunnel("a tunnel to another address of the router", "EINVAL",
           "the remote address is this router's own", wrong(addr(TUNNEL.REMOTE, "2001:db8:2::1")))
    for end, kind in ("local", TUNNEL.LOCAL), ("remote", TUNNEL.REMOTE):
        for address in "::", "::1", "ff02::1", "fe80::1":
            tunnel("a tunnel with the %s address %s" % (end, address), "EINVAL",
                   "a tunnel ends at a global unicast address", wrong(addr(kind, address)))
        tunnel("IPv6 in IPv6 with an IPv4 %s address" % end, "EINVAL",
               "this encapsulation has IPv6 addresses outside", wrong(addr(kind, FREE4)))
        tunnel("a tunnel with a %s address of 12 bytes" % end, "EINVAL",
               "an address has 4 or 16 bytes", wrong(raw(kind, bytes(12))))
    for cmd in CMD.TUNNEL_NEW, CMD.TUNNEL_REPLACE:
        for end, kind, other in (("local", TUNNEL.LOCAL, remote),
                                 ("remote", TUNNEL.REMOTE, local)):
            refused("a tunnel without its %s address, command %d" % (end, cmd), cmd, "EINVAL",
                    "a tunnel needs a local and a remote address", u32(TUNNEL.ID, 2), other,
                    missing=kind)
    tunnel("a tunnel with the ends of another", "EEXIST",
           "another tunnel has these two ends", wrong(addr(TUNNEL.REMOTE, "2001:db8:2::10")))
    refused("a tunnel id that is taken", CMD.TUNNEL_NEW, "EEXIST",
            "a tunnel with this id exists", wrong(u32(TUNNEL.ID, 2)), local, remote)
    for name, attr in (("encapsulation 6", u8(TUNNEL.ENCAP, 6)),
                       ("source port 0", u16(TUNNEL.SPORT, 0)),
                       ("destination port 0", u16(TUNNEL.DPORT, 0)),
                       ("a flow label of 21 bits", u32(TUNNEL.FLOWLABEL, 1 << 20))):
        tunnel(name, "ERANGE", "integer out of range", wrong(attr))
    for dscp in 64, 254:
        tunnel("dscp %d" % dscp, "EINVAL", "a code point is at most 63",
               wrong(u8(TUNNEL.DSCP, dscp)))
    tunnel("a flag that there is not", "EINVAL", "Attribute failed policy validation",
           wrong(bits(TUNNEL.FLAGS, 16, 16)))
    for encap, name in (IP6, "IPv6 in IPv6"), (GRE6, "GRE over IPv6"):
        for port, kind in ("source", TUNNEL.SPORT), ("destination", TUNNEL.DPORT):
            tunnel("a %s port of %s" % (port, name), "EINVAL", "this encapsulation has no ports",
                   u8(TUNNEL.ENCAP, encap), wrong(u16(kind, 434)))
        tunnel("a UDP checksum of " + name, "EINVAL", "this encapsulation has no UDP checksum",
               u8(TUNNEL.ENCAP, encap), wrong(bits(TUNNEL.FLAGS, UDP_CSUM, UDP_CSUM)))
        tunnel("fragments of " + name, "EINVAL", "only over IPv4 is what is too big fragmented",
               u8(TUNNEL.ENCAP, encap), wrong(bits(TUNNEL.FLAGS, FRAGMENT, FRAGMENT)))
    for flags in FLOW_INHERIT, FLOW_HASH:
        tunnel("a flow label, and flag %d for it" % flags, "EINVAL",
               "a flow label is either given, inherited or hashed",
               u32(TUNNEL.FLOWLABEL, 1), wrong(bits(TUNNEL.FLAGS, flags, flags)))
    both = FLOW_INHERIT | FLOW_HASH
    tunnel("two origins of the flow label", "EINVAL",
           "a flow label is either given, inherited or hashed",
           wrong(bits(TUNNEL.FLAGS, both, both)))
    bad_tunnels4(tunnel)
    tunnel("a tunnel over an interface that does not exist", "ENODEV", "no such interface",
           wrong(u32(TUNNEL.IFINDEX, 4711)))
    for name, kind in ("users", TUNNEL.USERS), ("mtu", TUNNEL.MTU):
        tunnel(name + " of a tunnel, which is output only", "EINVAL",
               "this attribute is output only", wrong(u32(kind, 1)))
    tunnel("attribute %d in a tunnel" % TUNNEL.MAX, "EINVAL", "Unknown attribute type",
           wrong(u32(TUNNEL.MAX, 1)))
    tunnel("a mark of 2 bytes", "EINVAL", "invalid attribute length", wrong(u16(TUNNEL.MARK, 1)))
    for verb, cmd in (("change", CMD.TUNNEL_SET), ("delete", CMD.TUNNEL_DEL),
                      ("get", CMD.TUNNEL_GET)):
        refused("to %s a tunnel that is not named" % verb, cmd, "EINVAL",
                "which tunnel?  The id is missing", missing=TUNNEL.ID)
        refused("to %s a tunnel that there is not" % verb, cmd, "ENOENT", "no such tunnel",
                wrong(u32(TUNNEL.ID, 4711)))
        if cmd != CMD.TUNNEL_SET:
            refused("to %s a tunnel, and more" % verb, cmd, "EINVAL",
                    "this request only takes an id", u32(TUNNEL.ID, 2),
                    wrong(u32(TUNNEL.MARK, 1)))
    refused("to delete a tunnel that is used", CMD.TUNNEL_DEL, "EBUSY",
            "bindings use this tunnel", wrong(u32(TUNNEL.ID, 1)))


def bad_tunnels4(tunnel):
    local, remote = addr(TUNNEL.LOCAL, OWN4), addr(TUNNEL.REMOTE, FREE4)
    for encap, name in (IP4, "IPv4"), (GRE4, "GRE over IPv4"), (UDP4, "UDP"), (TLV4, "TLV"):
        kind = u8(TUNNEL.ENCAP, encap)
        for bad in "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.255":
            tunnel("%s to %s" % (name, bad), "EINVAL", "a tunnel ends at a unicast address",
                   kind, local, wrong(addr(TUNNEL.REMOTE, bad)))
        tunnel(name + " from an IPv6 address", "EINVAL",
               "this encapsulation has IPv4 addresses outside", kind,
               wrong(addr(TUNNEL.LOCAL, OWN)), remote)
        tunnel(name + " to an address of the router", "EINVAL",
               "the remote address is this router's own", kind, local,
               wrong(addr(TUNNEL.REMOTE, "198.51.100.1")))
        tunnel(name + " to oneself", "EINVAL", "a tunnel cannot lead to itself", kind, local,
               wrong(addr(TUNNEL.REMOTE, OWN4)))
        tunnel("an encapsulation limit of " + name, "EINVAL",
               "only an IPv6 header limits encapsulation", kind, local, remote,
               wrong(u8(TUNNEL.ENCAPLIMIT, 4)))
        tunnel("a flow label of " + name, "EINVAL", "only an IPv6 header has a flow label", kind,
               local, remote, wrong(u32(TUNNEL.FLOWLABEL, 4)))
        tunnel("a hashed flow label of " + name, "EINVAL",
               "only an IPv6 header has a flow label", kind, local, remote,
               wrong(bits(TUNNEL.FLAGS, FLOW_HASH, FLOW_HASH)))
        refused("to make %s of IPv6, without its addresses" % name, CMD.TUNNEL_SET, "EINVAL",
                "this encapsulation needs other addresses outside", u32(TUNNEL.ID, 2),
                wrong(kind), local)


def bad_config():
    def config(name, error, text, *attrs):
        refused(name, CMD.CONFIG_SET, error, text, u32(CONFIG.PROXIES_MAX, 7), *attrs)

    for name, kind in ("namespace", CONFIG.NETNS_BYTES), ("module", CONFIG.MODULE_BYTES):
        config("a limit of 0 bytes for the " + name, "EINVAL",
               "with a limit of 0 nothing could be buffered", wrong(u64(kind, 0)))
        config("a limit of 2^63 bytes for the " + name, "EINVAL", "the limit is too large",
               wrong(u64(kind, 1 << 63)))
    config("the module's limit from here", "EPERM",
           "only the initial namespace sets this limit", wrong(u64(CONFIG.MODULE_BYTES, 1 << 20)))
    config("a guarantee of 0 bytes", "EINVAL", "a guarantee of 0 would be none",
           wrong(u64(CONFIG.GUARANTEE, 0)))
    half = "at most half of what the namespace may buffer can be guaranteed"
    config("a guarantee of more than half of what there is", "EINVAL", half,
           wrong(u64(CONFIG.GUARANTEE, (32 << 20) + 1)))
    config("a guarantee of more than half of what there is to be", "EINVAL", half,
           u64(CONFIG.NETNS_BYTES, 1 << 20), wrong(u64(CONFIG.GUARANTEE, (512 << 10) + 1)))
    config("a mark without a mask", "EINVAL", "a mark needs a mask",
           wrong(u32(CONFIG.EXEMPT_MARK, 1)))
    config("a limit of 4 bytes' length", "EINVAL", "invalid attribute length",
           wrong(u32(CONFIG.NETNS_BYTES, 4096)))
    config("attribute %d in the configuration" % CONFIG.MAX, "EINVAL", "Unknown attribute type",
           wrong(u32(CONFIG.MAX, 1)))


# ---- what is granted -----------------------------------------------------


def prepare():
    """Two tunnels, the first in use; a binding of an old and one of a new router."""
    ch.must(CMD.BINDING_FLUSH)
    ch.must(CMD.TUNNEL_FLUSH)
    for tunnel, remote in (1, "2001:db8:2::10"), (2, "2001:db8:3::10"):
        ch.must(CMD.TUNNEL_NEW, u32(TUNNEL.ID, tunnel), addr(TUNNEL.LOCAL, OWN),
                addr(TUNNEL.REMOTE, remote))
    ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 1), matches("2001:db8:1::10"),
            nest(BINDING.TARGETS, tunnel_target(1)), nest(BINDING.ACCEPTS, accept(1)))
    ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 2), u64(BINDING.COOKIE, 1 << 63),
            matches("2001:db8:2::10", "2001:db8:2::11"), u8(BINDING.GATE, HOLD),
            nest(BINDING.TARGETS, link_target(ETH1, raw(TARGET.LLADDR, bytes((2,) * 6)))),
            nest(BINDING.PROXIES, proxy("2001:db8:2::10", ETH1)),
            nest(BINDING.ATTACH, u32(ATTACH.IFINDEX, ETH1)))


def get(binding_id):
    return ch.must(CMD.BINDING_GET, u32(BINDING.ID, binding_id))[0]


def field(message, *path):
    """The payload of an attribute within nests; of the first, if there are several."""
    for kind in path:
        found = [value for k, value in parse(message) if k == kind]
        if not found:
            return None
        message = found[0]
    return message


def members(message, kind):
    return [value for _, value in parse(field(message, kind))]


def granted():
    full = [matches(*("2001:db8:77::%x" % i for i in range(1, 17))),
            nest(BINDING.TARGETS, tunnel_target(2)),
            nest(BINDING.ACCEPTS, *(accept(1 + i % 2) for i in range(8))),
            nest(BINDING.PROXIES, *(proxy("2001:db8:2::b%x" % i, ETH1) for i in range(8)))]
    silent = ch.ask(CMD.BINDING_NEW, u32(BINDING.ID, 76), matches("2001:db8:76::1"),
                    u8(BINDING.GATE, HOLD))
    check("a request without NLM_F_ECHO is only acknowledged", (silent.error, silent.messages),
          (0, []))
    echo = ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 77), *full, flags=NLM_F_ECHO)
    check("the echo is what GET says, with every list full", echo, [get(77)])
    check("... and what the list of all says",
          [m for m in ch.must(CMD.BINDING_GET, flags=NLM_F_DUMP)
           if number(field(m, BINDING.ID)) == 77], echo)
    check("... with the matches in their order",
          [field(m, MATCH.ADDR) for m in members(echo[0], BINDING.MATCHES)],
          [socket.inet_pton(socket.AF_INET6, "2001:db8:77::%x" % i) for i in range(1, 17)])
    check("... and the accepts and proxies",
          ([number(field(m, ACCEPT.TUNNEL)) for m in members(echo[0], BINDING.ACCEPTS)],
           len(members(echo[0], BINDING.PROXIES))), ([1, 2] * 4, 8))

    before = parse(get(77))
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 77), u32(BINDING.LIMIT_PACKETS, 5))
    changed = {kind for (kind, new), (_, old) in zip(parse(get(77)), before) if new != old}
    check("a change leaves what it does not name", changed, {BINDING.LIMIT_PACKETS})
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 77), nest(BINDING.ACCEPTS),
            nest(BINDING.PROXIES), u8(BINDING.GATE, HOLD), nest(BINDING.TARGETS))
    check("a list that is there and empty clears it",
          [members(get(77), kind) for kind in (BINDING.TARGETS, BINDING.ACCEPTS,
                                               BINDING.PROXIES)], [[], [], []])
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 77), nest(BINDING.TARGETS, link_target(ETH1)),
            nest(BINDING.ATTACH, u32(ATTACH.IFINDEX, ETH1)))
    attached = field(get(77), BINDING.ATTACH) is not None
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 77), nest(BINDING.ATTACH))
    check("an empty attach clears it", (attached, field(get(77), BINDING.ATTACH)), (True, None))
    flags = []
    for value, selector in (1, 1), (0, 0), (0, 1):
        ch.must(CMD.BINDING_SET, u32(BINDING.ID, 77), bits(BINDING.FLAGS, value, selector))
        flags.append(number(field(get(77), BINDING.FLAGS)[:4]))
    check("only the flags that are selected change", flags, [1, 1, 0])
    named = ch.must(CMD.BINDING_REPLACE, matches("2001:db8:77::3", "2001:db8:78::1"),
                    nest(BINDING.TARGETS, tunnel_target(2)), flags=NLM_F_ECHO)[0]
    check("replace finds the binding by its first match",
          (number(field(named, BINDING.ID)), len(members(named, BINDING.MATCHES)),
           number(field(named, BINDING.LIMIT_PACKETS))), (77, 2, 1000))
    made = ch.must(CMD.BINDING_REPLACE, matches("2001:db8:77::4"), u8(BINDING.GATE, HOLD),
                   flags=NLM_F_ECHO)[0]
    other = number(field(made, BINDING.ID))
    tell("a match that was replaced away is free for another binding",
         "that one again" if other == 77 else None)
    for binding_id in other, 76, 77:
        ch.must(CMD.BINDING_DEL, u32(BINDING.ID, binding_id))


def granted_kinds():
    """Every encapsulation, scope, target and gate that can be asked for comes back."""
    ends6 = addr(TUNNEL.LOCAL, OWN), addr(TUNNEL.REMOTE, "2001:db8:9::9")
    ends4 = addr(TUNNEL.LOCAL, OWN4), addr(TUNNEL.REMOTE, FREE4)
    for encap in range(6):
        over4 = encap in (IP4, GRE4, UDP4, TLV4)
        udp = encap in (UDP4, TLV4)
        made = ch.must(CMD.TUNNEL_NEW, u32(TUNNEL.ID, 20 + encap), u8(TUNNEL.ENCAP, encap),
                       *(ends4 if over4 else ends6), *([u16(TUNNEL.SPORT, 4000 + encap)]
                                                       if udp else []), flags=NLM_F_ECHO)[0]
        check("encapsulation %d" % encap,
              [number(field(made, kind) or b"") for kind in (TUNNEL.ENCAP, TUNNEL.SPORT,
                                                             TUNNEL.DPORT)],
              [encap] + ([4000 + encap, UDP_PORT] if udp else [0, 0]))
        check("... its addresses", field(made, TUNNEL.REMOTE),
              (ends4 if over4 else ends6)[1].value)
    granted_header()
    granted_keys()
    granted_bindings()
    for binding_id in range(30, 40):
        ch.ask(CMD.BINDING_DEL, u32(BINDING.ID, binding_id))
    for encap in range(6):
        ch.must(CMD.TUNNEL_DEL, u32(TUNNEL.ID, 20 + encap))


def tunnel_of(tunnel_id):
    return ch.must(CMD.TUNNEL_GET, u32(TUNNEL.ID, tunnel_id))[0]


def granted_header():
    given = (u8(TUNNEL.TTL, 7), u8(TUNNEL.DSCP, 46), u8(TUNNEL.ENCAPLIMIT, 4),
             u32(TUNNEL.MARK, 9), u32(TUNNEL.IFINDEX, ETH0), u32(TUNNEL.FLOWLABEL, 0xfffff))
    ch.must(CMD.TUNNEL_SET, u32(TUNNEL.ID, 20), *given)
    said = tunnel_of(20)
    check("what a tunnel's outer header is told", [field(said, a.kind) for a in given],
          [a.value for a in given])
    ch.must(CMD.TUNNEL_SET, u32(TUNNEL.ID, 20), u8(TUNNEL.TTL, 0), u8(TUNNEL.DSCP, 255),
            u8(TUNNEL.ENCAPLIMIT, 255), u32(TUNNEL.MARK, 0), u32(TUNNEL.IFINDEX, 0),
            u32(TUNNEL.FLOWLABEL, 0))
    said = tunnel_of(20)
    check("... and is set back to", [field(said, a.kind) for a in given], [None] * len(given))
    flags = []
    for tunnel_id, value, selector in ((20, FLOW_HASH, FLOW_HASH),
                                       (20, FLOW_INHERIT, FLOW_HASH | FLOW_INHERIT),
                                       (20, 0, FLOW_INHERIT),
                                       (21, FRAGMENT, FRAGMENT),
                                       (24, UDP_CSUM | FRAGMENT, UDP_CSUM | FRAGMENT)):
        ch.must(CMD.TUNNEL_SET, u32(TUNNEL.ID, tunnel_id), bits(TUNNEL.FLAGS, value, selector))
        flags.append(number(field(tunnel_of(tunnel_id), TUNNEL.FLAGS)[:4]))
    check("the flags of a tunnel", flags, [FLOW_HASH, FLOW_INHERIT, 0, FRAGMENT,
                                           UDP_CSUM | FRAGMENT])
    refused("to make IPv6 of IPv4 that fragments", CMD.TUNNEL_SET, "EINVAL",
            "only over IPv4 is what is too big fragmented", u32(TUNNEL.ID, 21),
            wrong(u8(TUNNEL.ENCAP, IP6)), addr(TUNNEL.LOCAL, OWN),
            addr(TUNNEL.REMOTE, "2001:db8:9::99"))


def scoped(address, scope, *attrs):
    return item(addr(MATCH.ADDR, address), u8(MATCH.SCOPE, scope), *attrs)


def granted_keys():
    """GRE over IPv6 is tunnel 22; each of the bindings uses it with a key."""
    key = nest(BINDING.TARGETS, item(u8(TARGET.TYPE, TUNNEL_TARGET), u32(TARGET.TUNNEL, 22),
                                     u32(TARGET.KEY, 0xffffffff)))
    for what, attrs in (
            ("target", (matches(FREE), key)),
            ("accept", (matches(FREE), nest(BINDING.TARGETS, tunnel_target(1)),
                        nest(BINDING.ACCEPTS, item(u32(ACCEPT.TUNNEL, 22), u32(ACCEPT.KEY, 0),
                                                   u8(ACCEPT.DIRECTION, DST))))),
            ("match", (nest(BINDING.MATCHES, scoped(FREE, TUNNEL_SCOPE, u32(MATCH.TUNNEL, 22),
                                                    u32(MATCH.KEY, 7))),
                       nest(BINDING.TARGETS, tunnel_target(1))))):
        ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 30), *attrs)
        said = get(30)
        for attr in attrs:
            kind = attr.kind & ~NLA_F_NESTED
            if kind == BINDING.TARGETS and what != "target":
                continue
            got, wanted = (dict(parse(m)) for m in (members(said, kind)[0], pack(
                attr.value, 0)[4:]))
            tell("the %s with a key, attribute %d" % (what, kind),
                 None if wanted.items() <= got.items() else "%r, not %r" % (got, wanted))
        check("... is a use of the tunnel", number(field(tunnel_of(22), TUNNEL.USERS)), 1)
        refused("to take the room for the key of a %s from a tunnel" % what, CMD.TUNNEL_SET,
                "EBUSY", "bindings use keys with this tunnel", u32(TUNNEL.ID, 22),
                wrong(u8(TUNNEL.ENCAP, IP6)))
        refused("to delete the tunnel of a " + what, CMD.TUNNEL_DEL, "EBUSY",
                "bindings use this tunnel", wrong(u32(TUNNEL.ID, 22)))
        ch.must(CMD.BINDING_DEL, u32(BINDING.ID, 30))
        check("... which ends with the binding", number(field(tunnel_of(22), TUNNEL.USERS)), 0)


def granted_bindings():
    own = [scoped(FREE4, ANY), scoped(FREE, INTERFACE, u32(MATCH.IFINDEX, ETH1)),
           scoped(FREE4, VRF, u32(MATCH.IFINDEX, VRF0)),
           scoped(FREE4, TUNNEL_SCOPE, u32(MATCH.TUNNEL, 1)),
           item(addr(MATCH.ADDR, "203.0.113.0"), u8(MATCH.PREFIXLEN, 24),
                u8(MATCH.DIRECTION, SRC), u8(MATCH.SCOPE, INTERFACE), u32(MATCH.IFINDEX, ETH1))]
    ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 31), nest(BINDING.MATCHES, *own),
            nest(BINDING.TARGETS, tunnel_target(1), link_target(ETH1),
                 item(u8(TARGET.TYPE, ROUTE_TARGET), u32(TARGET.LIFETIME, 60000))),
            nest(BINDING.ACCEPTS, accept(2, u32(ACCEPT.LIFETIME, 60000)), accept(2)),
            nest(BINDING.PROXIES, proxy(FREE4, ETH1)),
            nest(BINDING.ATTACH, u32(ATTACH.IFINDEX, ETH1), bits(ATTACH.ON, 15, 15)))
    said = get(31)
    check("five scopes, IPv4 beside IPv6, in their order and without the accepts",
          [(field(m, MATCH.ADDR), number(field(m, MATCH.PREFIXLEN)),
            number(field(m, MATCH.DIRECTION)), number(field(m, MATCH.SCOPE)))
           for m in members(said, BINDING.MATCHES)],
          [(addr(0, a).value, n, d, s) for a, n, d, s in (
              (FREE4, 32, DST, ANY), (FREE, 128, DST, INTERFACE), (FREE4, 32, DST, VRF),
              (FREE4, 32, DST, TUNNEL_SCOPE), ("203.0.113.0", 24, SRC, INTERFACE))])
    check("... three targets", [number(field(m, TARGET.TYPE))
                                for m in members(said, BINDING.TARGETS)], [0, 1, 2])
    left = [number(field(members(said, kind)[at], attr)) for kind, at, attr in (
        (BINDING.TARGETS, 2, TARGET.LIFETIME), (BINDING.ACCEPTS, 0, ACCEPT.LIFETIME))]
    tell("... what is left of their lifetimes",
         None if all(0 < one <= 60010 for one in left) else "%r" % left)
    check("... an IPv4 proxy", field(members(said, BINDING.PROXIES)[0], PROXY.ADDR),
          addr(0, FREE4).value)
    check("... every kind of arrival", number(field(said, BINDING.ATTACH, ATTACH.ON)[:4]), 15)
    for name, match in zip(("interface", "vrf", "tunnel", "interface, of the source"), own[1:]):
        named = ch.ask(CMD.BINDING_GET, nest(BINDING.MATCH, *match.value))
        tell("a binding is found by its match of scope " + name,
             None if not named.error and number(field(named.messages[0], BINDING.ID)) == 31
             else str(named))
    again = ch.ask(CMD.BINDING_SET, u32(BINDING.ID, 31), nest(BINDING.MATCHES, *own[:2]))
    uses = number(field(tunnel_of(1), TUNNEL.USERS))
    check("a use of a tunnel goes with the match", (again.error, uses), (0, 3))
    granted_gates()


def granted_gates():
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 31), nest(BINDING.TARGETS, tunnel_target(1),
            link_target(ETH1)), nest(BINDING.ACCEPTS, accept(2)))
    gates = []
    for attrs in ([u8(BINDING.GATE, COPY)], [u8(BINDING.GATE, OPEN), u64(BINDING.REPLAY_NS, 0)],
                  [u8(BINDING.GATE, GUARD), u32(BINDING.GUARD_IDLE, 60000)],
                  [u8(BINDING.GATE, HOLD)], [u8(BINDING.GATE, COPY)],
                  [u8(BINDING.GATE, HOLD), u64(BINDING.REPLAY_NS, 1)]):
        answer = ch.ask(CMD.BINDING_SET, u32(BINDING.ID, 31), *attrs)
        gates.append((answer.error, number(field(get(31), BINDING.GATE))))
    check("gates from copy to open, guard, hold, copy and hold", gates,
          [(0, gate) for gate in (COPY, OPEN, GUARD, HOLD, COPY, HOLD)])
    check("the idle time of the guard", number(field(get(31), BINDING.GUARD_IDLE)), 60000)
    ch.must(CMD.BINDING_SET, u32(BINDING.ID, 31), u8(BINDING.GATE, COPY))
    for name, attrs in (("that stays on copy", []), ("that goes to guard",
                                                     [u8(BINDING.GATE, GUARD)]),
                        ("that is told to copy", [u8(BINDING.GATE, COPY)])):
        refused("a replay with a gate " + name, CMD.BINDING_SET, "EINVAL",
                "a replay needs the gate to open or to hold", u32(BINDING.ID, 31), *attrs,
                wrong(u64(BINDING.REPLAY_NS, 1)))


# ---- many in one request ---------------------------------------------------


def results(answer, kind):
    """Error, id, text and attribute of each entry."""
    out = []
    for message in answer.messages:
        for _, result in parse(field(message, kind)):
            got = dict(parse(result))
            text = got.get(RESULT.MESSAGE)
            error = struct.unpack("=i", got[RESULT.ERROR])[0]
            out.append((-error, number(got.get(RESULT.ID, b"")),
                        text.rstrip(b"\0").decode() if text else None,
                        number(got.get(RESULT.ATTR, b""))))
    return out


def bulk(cmd, *entries, kind=BINDING):
    answer = ch.ask(cmd, nest(kind.ENTRIES, *(item(*entry) for entry in entries)))
    if answer.error:
        return str(answer)
    return results(answer, kind.RESULTS)


def entry(binding_id, address, *attrs):
    return [u32(BINDING.ID, binding_id), matches(address),
            nest(BINDING.TARGETS, tunnel_target(1)), *attrs]


def bulk_bindings():
    exists, taken = "a binding with this id exists", "this match belongs to another binding"
    made = bulk(CMD.BINDING_NEW, entry(50, "2001:db8:50::1", u64(BINDING.COOKIE, 5)),
                entry(50, "2001:db8:50::2"), [matches("2001:db8:50::3"), u8(BINDING.GATE, HOLD)],
                entry(52, "2001:db8:50::1"),
                entry(53, "2001:db8:50::4", nest(BINDING.ACCEPTS, accept(2))))
    chosen = made[2][1]
    check("three bindings and two refusals in one request", made,
          [(0, 50, None, 0), (errno.EEXIST, 0, exists, BINDING.ID), (0, chosen, None, 0),
           (errno.EEXIST, 0, taken, BINDING.MATCHES), (0, 53, None, 0)])
    check("... are there as if made one by one",
          [(number(field(get(i), BINDING.COOKIE)), number(field(get(i), BINDING.GATE)))
           for i in (50, chosen, 53)], [(5, OPEN), (0, HOLD), (0, OPEN)])
    check("... are changed", bulk(
        CMD.BINDING_SET, [u32(BINDING.ID, 50), u8(BINDING.GATE, HOLD)],
        [u32(BINDING.ID, 4711)], [u32(BINDING.ID, chosen), u8(BINDING.GATE, OPEN)], []),
        [(0, 50, None, 0), (errno.ENOENT, 0, "no such binding", BINDING.ID),
         (errno.EINVAL, chosen, "a gate that is not on hold needs a target", BINDING.GATE),
         (errno.EINVAL, 0, "name the binding, either by its id or by a match", 0)])
    check("... replaced", bulk(
        CMD.BINDING_REPLACE, entry(50, "2001:db8:50::5"),
        [matches("2001:db8:50::3"), nest(BINDING.TARGETS, tunnel_target(2))],
        [u32(BINDING.ID, chosen)]),
        [(0, 50, None, 0), (0, chosen, None, 0),
         (errno.EINVAL, 0, "a binding needs a match", BINDING.MATCHES)])
    check("... and deleted", bulk(
        CMD.BINDING_DEL, [u32(BINDING.ID, 50)],
        [nest(BINDING.MATCH, addr(MATCH.ADDR, "2001:db8:50::3"))], [u32(BINDING.ID, 53)],
        [u32(BINDING.ID, 50)], [u32(BINDING.ID, 1), u32(BINDING.RATE, 1)]),
        [(0, 50, None, 0), (0, chosen, None, 0), (0, 53, None, 0),
         (errno.ENOENT, 0, "no such binding", BINDING.ID),
         (errno.EINVAL, 0, "this request only takes an id or a match", BINDING.RATE)])
    check("an empty list has no results", bulk(CMD.BINDING_NEW), [])


def bulk_many():
    made = bulk(CMD.BINDING_NEW, *(entry(1000 + i, "2001:db8:60::%x" % i) for i in range(800)))
    check("800 bindings in one request", made, [(0, 1000 + i, None, 0) for i in range(800)])
    gone = bulk(CMD.BINDING_DEL, *([u32(BINDING.ID, 1000 + i)] for i in range(ENTRIES_MAX)))
    check("%d results, some of them refusals" % ENTRIES_MAX, gone,
          [(0, 1000 + i, None, 0) for i in range(800)] +
          [(errno.ENOENT, 0, "no such binding", BINDING.ID)] * (ENTRIES_MAX - 800))
    what = "name the binding, either by its id or by a match"
    check("%d refusals" % ENTRIES_MAX, bulk(CMD.BINDING_SET, *([[]] * ENTRIES_MAX)),
          [(errno.EINVAL, 0, what, 0)] * ENTRIES_MAX)


def bulk_tunnels():
    ends = addr(TUNNEL.LOCAL, OWN), addr(TUNNEL.REMOTE, "2001:db8:70::1")
    check("two tunnels and two refusals in one request", bulk(
        CMD.TUNNEL_NEW, [u32(TUNNEL.ID, 70), *ends], [u32(TUNNEL.ID, 71), *ends],
        [ends[0]], [u32(TUNNEL.ID, 72), ends[0], addr(TUNNEL.REMOTE, "2001:db8:70::2")],
        kind=TUNNEL),
        [(0, 70, None, 0),
         (errno.EEXIST, 0, "another tunnel has these two ends", TUNNEL.REMOTE),
         (errno.EINVAL, 0, "a tunnel needs a local and a remote address", TUNNEL.REMOTE),
         (0, 72, None, 0)])
    check("... are changed", bulk(CMD.TUNNEL_SET, [u32(TUNNEL.ID, 70), u32(TUNNEL.MARK, 3)],
                                  [u32(TUNNEL.ID, 71)], kind=TUNNEL),
          [(0, 70, None, 0), (errno.ENOENT, 0, "no such tunnel", TUNNEL.ID)])
    check("... and deleted", bulk(CMD.TUNNEL_DEL, [u32(TUNNEL.ID, 70)], [u32(TUNNEL.ID, 1)],
                                  [u32(TUNNEL.ID, 72)], kind=TUNNEL),
          [(0, 70, None, 0), (errno.EBUSY, 1, "bindings use this tunnel", TUNNEL.ID),
           (0, 72, None, 0)])


def bad_lists():
    one = nest(BINDING.ENTRIES, item(u32(BINDING.ID, 1)))
    for cmd in (*EVERY, CMD.BINDING_DEL):
        refused("a list of requests beside another, command %d" % cmd, cmd, "EINVAL",
                "this belongs into one of the entries", wrong(u32(BINDING.ID, 1)), one)
        refused("a list in a list, command %d" % cmd, cmd, "EINVAL", "Unsupported attribute",
                nest(BINDING.ENTRIES, item(u32(BINDING.ID, 1)), item(wrong(one))))
        refused("%d entries, command %d" % (ENTRIES_MAX + 1, cmd), cmd, "E2BIG",
                "too many entries", wrong(nest(BINDING.ENTRIES, *[item()] * (ENTRIES_MAX + 1))))
        refused("an entry out of range, command %d" % cmd, cmd, "ERANGE", "integer out of range",
                nest(BINDING.ENTRIES, item(u32(BINDING.ID, 1)), item(wrong(u32(BINDING.ID, 0)))))
    one.is_wrong = True
    refused("to get a list", CMD.BINDING_GET, "EINVAL",
            "this request only takes an id or a match", one)
    refused("to list a list", CMD.BINDING_GET, "EINVAL", "this request only takes a filter", one,
            flags=NLM_F_DUMP)


# ---- selections ------------------------------------------------------------


def selected(cmd, kind, *attrs):
    return [number(field(m, kind.ID))
            for m in ch.must(cmd, nest(kind.FILTER, *attrs), flags=NLM_F_DUMP)]


def filters():
    """Bindings 1 and 2 are those of prepare()."""
    ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 3), u64(BINDING.COOKIE, 10), nest(
        BINDING.MATCHES, item(addr(MATCH.ADDR, "203.0.113.0"), u8(MATCH.PREFIXLEN, 24)),
        scoped(FREE, INTERFACE, u32(MATCH.IFINDEX, ETH0))),
            nest(BINDING.TARGETS, tunnel_target(2)))
    ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 0xffffffff), u64(BINDING.COOKIE, 20), nest(
        BINDING.MATCHES, scoped(FREE, TUNNEL_SCOPE, u32(MATCH.TUNNEL, 2))),
            nest(BINDING.TARGETS, tunnel_target(1)), u8(BINDING.GATE, HOLD))
    last = 0xffffffff
    for name, attrs, ids in (
            ("nothing", [], [1, 2, 3, last]),
            ("tunnel 1", [u32(FILTER.TUNNEL, 1)], [1, last]),
            ("tunnel 2", [u32(FILTER.TUNNEL, 2)], [3, last]),
            ("a tunnel that there is not", [u32(FILTER.TUNNEL, 4711)], []),
            ("gate hold", [u8(FILTER.GATE, HOLD)], [2, last]),
            ("eth0", [u32(FILTER.IFINDEX, ETH0)], [3]),
            ("eth1", [u32(FILTER.IFINDEX, ETH1)], [2]),
            ("scope any", [u8(FILTER.SCOPE, ANY)], [1, 2, 3]),
            ("scope interface", [u8(FILTER.SCOPE, INTERFACE)], [3]),
            ("scope tunnel", [u8(FILTER.SCOPE, TUNNEL_SCOPE)], [last]),
            ("a cookie from 10 on", [u64(FILTER.COOKIE_MIN, 10)], [2, 3, last]),
            ("a cookie up to 10", [u64(FILTER.COOKIE_MAX, 10)], [1, 3]),
            ("the cookie 20", [u64(FILTER.COOKIE_MIN, 20), u64(FILTER.COOKIE_MAX, 20)], [last]),
            ("2001:db8:1::/48", [addr(FILTER.ADDR, "2001:db8:1::"), u8(FILTER.PREFIXLEN, 48)],
             [1]),
            ("2001:db8::/32", [addr(FILTER.ADDR, "2001:db8::"), u8(FILTER.PREFIXLEN, 32)],
             [1, 2, 3, last]),
            ("an address within a match", [addr(FILTER.ADDR, FREE4)], []),
            ("203.0.112.0/23", [addr(FILTER.ADDR, "203.0.112.0"), u8(FILTER.PREFIXLEN, 23)], [3]),
            ("0.0.0.0/0", [addr(FILTER.ADDR, "0.0.0.0"), u8(FILTER.PREFIXLEN, 0)], [3]),
            ("hold and tunnel 1", [u8(FILTER.GATE, HOLD), u32(FILTER.TUNNEL, 1)], [last])):
        check("bindings selected by " + name, selected(CMD.BINDING_GET, BINDING, *attrs), ids)
    for name, attrs, ids in (
            ("nothing", [], [1, 2]),
            ("2001:db8:2::/48", [addr(FILTER.ADDR, "2001:db8:2::"), u8(FILTER.PREFIXLEN, 48)], [1]),
            ("the remote address", [addr(FILTER.ADDR, "2001:db8:3::10")], [2]),
            ("eth0", [u32(FILTER.IFINDEX, ETH0)], [])):
        check("tunnels selected by " + name, selected(CMD.TUNNEL_GET, TUNNEL, *attrs), ids)
    ch.must(CMD.BINDING_FLUSH, nest(BINDING.FILTER, u8(FILTER.GATE, HOLD),
                                    u64(FILTER.COOKIE_MAX, 100)))
    check("a flush deletes what is selected", selected(CMD.BINDING_GET, BINDING), [1, 2, 3])
    ch.must(CMD.BINDING_FLUSH, nest(BINDING.FILTER, u32(FILTER.TUNNEL, 2)))
    ch.must(CMD.TUNNEL_FLUSH, nest(TUNNEL.FILTER, addr(FILTER.ADDR, "2001:db8:3::"),
                                   u8(FILTER.PREFIXLEN, 48)))
    check("... tunnels, too", (selected(CMD.BINDING_GET, BINDING),
                               selected(CMD.TUNNEL_GET, TUNNEL)), ([1, 2], [1]))
    prepare()


def long_times():
    """2^31 ms and more are as long as they say."""
    for ms in (1 << 31) - 1, 1 << 31, (1 << 32) - 1:
        ch.must(CMD.BINDING_NEW, u32(BINDING.ID, 9), matches(FREE), u8(BINDING.GATE, HOLD),
                u32(BINDING.LIFETIME, ms), u32(BINDING.HOLD_TIME, ms))
        said = get(9)
        left = [number(field(said, kind)) for kind in (BINDING.LIFETIME, BINDING.HOLD_LEFT)]
        tell("a lifetime and a hold of %d ms" % ms,
             None if all(ms - 60000 <= one <= ms + 10 for one in left) else "%r are left" % left)
        ch.must(CMD.BINDING_DEL, u32(BINDING.ID, 9))


def room_for_proxies():
    """What refused requests had begun to proxy is no longer counted."""
    old = number(field(ch.must(CMD.CONFIG_GET)[0], CONFIG.PROXIES_MAX))
    ch.must(CMD.CONFIG_SET, u32(CONFIG.PROXIES_MAX, 2))
    answer = ch.ask(CMD.BINDING_NEW, u32(BINDING.ID, 9), matches(FREE), u8(BINDING.GATE, HOLD),
                    nest(BINDING.PROXIES, proxy(FREE, ETH1)))
    check("nothing that was refused takes room of the proxies", answer.error, 0)
    refused("more proxies than configured", CMD.BINDING_NEW, "ENOSPC",
            "too many addresses are proxied already", matches("2001:db8:99::2"),
            u8(BINDING.GATE, HOLD), nest(BINDING.PROXIES, item(
                wrong(addr(PROXY.ADDR, "2001:db8:99::2")), u32(PROXY.IFINDEX, ETH1))))
    answer = ch.ask(CMD.BINDING_REPLACE, u32(BINDING.ID, 9), matches(FREE),
                    u8(BINDING.GATE, HOLD), nest(BINDING.PROXIES, proxy(FREE, ETH1)))
    tell("a binding can be replaced by the same when there is no more room",
         None if answer.error == 0 else str(answer))
    ch.must(CMD.BINDING_DEL, u32(BINDING.ID, 9))
    ch.must(CMD.CONFIG_SET, u32(CONFIG.PROXIES_MAX, old))


# ---- whose limit it is -----------------------------------------------------

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
ALLOWED, LOWERED = 64 << 20, 1 << 20


def raise_again_and_again(ready):
    """Root of a namespace asks for what it has been allowed so far."""
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    own = Channel()
    ready.send(b"x")
    while True:
        own.ask(CMD.CONFIG_SET, u64(CONFIG.NETNS_BYTES, ALLOWED))


def channel_in(pid):
    """A channel to the network namespace of a process."""
    with open("/proc/self/ns/net") as here, open(f"/proc/{pid}/ns/net") as there:
        libc.setns(there.fileno(), CLONE_NEWNET)
        channel = Channel()
        libc.setns(here.fileno(), CLONE_NEWNET)
    return channel


def lowered_for_good():
    """The host lowers a namespace's limit while that sets it."""
    ready, child_ready = socket.socketpair()
    pid = os.fork()
    if not pid:
        raise_again_and_again(child_ready)
    ready.settimeout(60)
    ready.recv(1)
    host = channel_in(pid)
    limits = set()
    for _ in range(1000):
        host.must(CMD.CONFIG_SET, u64(CONFIG.NETNS_BYTES, ALLOWED))
        host.must(CMD.CONFIG_SET, u64(CONFIG.NETNS_BYTES, LOWERED))
        for _ in range(3):
            limits.add(number(field(host.must(CMD.CONFIG_GET)[0], CONFIG.NETNS_BYTES)))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    check("a namespace cannot undo that its limit is being lowered", limits, {LOWERED})


# ---- lists that are long, while others come and go -------------------------

STABLE = 5000


def packed_new(binding_id):
    """A request for a binding, of which only a refusal would be answered."""
    return packed(CMD.BINDING_NEW, u32(BINDING.ID, binding_id),
                  matches("2001:db8:d00:%x::1" % binding_id),
                  nest(BINDING.TARGETS, tunnel_target(1)))


def packed_del(binding_id):
    return packed(CMD.BINDING_DEL, u32(BINDING.ID, binding_id))


def packed(cmd, *attrs):
    return request(cmd, attrs, 0, 0, Channel.family)


def bindings():
    return number(field(ch.must(CMD.STATS_GET)[0], STATS.BINDINGS))


def fill():
    """Bindings with the ids 10, 20 ... 10 * STABLE."""
    for first in range(1, STABLE + 1, 100):
        ch.sock.send(b"".join(packed_new(10 * i) for i in range(first, first + 100)))
    check("%d bindings are made" % STABLE, bindings(), STABLE)


def listed(between=None):
    """The ids of a dump, with between(last id) called behind each piece of it."""
    dump = Channel(receive_bytes=4096)
    dump.send(CMD.BINDING_GET, flags=NLM_F_DUMP)
    ids = []
    while True:
        for kind, _, _, data in messages(dump.sock.recv(8192)):
            if kind == NLMSG_DONE:
                dump.sock.close()
                return ids, -struct.unpack_from("=i", data)[0]
            ids.append(number(field(data[4:], BINDING.ID)))
        if between:
            between(ids[-1])


class Visitors:
    """Before, at and behind the place of a list, bindings come and go."""

    def __init__(self):
        self.channel = Channel()
        self.guests = []
        self.victims = set()
        self.pieces = 0

    def change(self, last):
        self.pieces += 1
        for old in self.guests[:-8]:
            self.channel.sock.send(packed_del(old))
            self.guests.remove(old)
        for near in last - 1, last + 1, last + 12, last + 995:
            if near % 10 and near not in self.guests:
                self.channel.sock.send(packed_new(near))
                self.guests.append(near)
        if self.pieces % 5 == 0:
            self.lose(last // 10 * 10)

    def lose(self, place):
        for victim in place, place + 10, place + 500:
            if victim <= 10 * STABLE and victim not in self.victims:
                self.victims.add(victim)
                self.channel.sock.send(packed_del(victim))

    def leave(self):
        self.channel.sock.send(b"".join(packed_del(i) for i in self.guests))


def list_under_change():
    visitors = Visitors()
    ids, error = listed(visitors.change)
    visitors.leave()
    stays = [i for i in range(10, 10 * STABLE + 1, 10) if i not in visitors.victims]
    wanted = set(stays)
    check("a list during which others come and go ends well", error, 0)
    tell("... has what stays exactly once, in order",
         None if [i for i in ids if i in wanted] == stays else
         "%d are missing, the first of them %s" % (
             len(wanted - set(ids)), min(wanted - set(ids), default=None)))
    check("... and nothing twice", len(ids) - len(set(ids)), 0)
    check("... and some that came, and not all that went",
          (any(i % 10 for i in ids), visitors.victims <= set(ids)), (True, False))
    check("what is left is what stays", bindings(), len(stays))
    return stays


def churn(progress):
    """Makes and deletes bindings until it is killed."""
    own = Channel()
    while True:
        for i in range(5, 10 * STABLE, 990):
            own.sock.send(packed_new(i) + packed_del(i))
        os.write(progress, b".")


def list_under_load(stays):
    """The same at the same time, by another process."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        churn(writer)
    os.close(writer)
    os.read(reader, 1)
    wanted, good = set(stays), 0
    for _ in range(3):
        ids, error = listed()
        good += not error and [i for i in ids if i in wanted] == stays
        os.read(reader, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    check("three lists while another process makes and deletes", good, 3)


def groups():
    """The multicast groups on the link of the nodes, and how often each was joined."""
    with open("/proc/self/net/igmp6") as table:
        memberships = (line.split()[1:4] for line in table)
        return sorted(membership for membership in memberships if membership[0] == "eth1")


def soon(true):
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def nothing_left(joined):
    """No use of a tunnel and no membership outlives what asked for it."""
    ch.must(CMD.BINDING_FLUSH)
    ch.must(CMD.TUNNEL_FLUSH)
    check("flush leaves no binding and no tunnel", ch.snapshot()[:2], [[], []])
    stats = ch.must(CMD.STATS_GET)[0]
    check("... and counts none", [number(field(stats, kind)) for kind in (
        STATS.BINDINGS, STATS.TUNNELS)], [0, 0])
    tell("... and every multicast group is left",
         None if soon(lambda: groups() == joined) else "%s" % groups())


def main():
    check("the family's version", ch.find_family(), 1)
    joined = groups()
    prepare()
    for part in (bad_matches, bad_targets, bad_accepts, bad_clash, bad_proxies, bad_attach,
                 bad_scalars, bad_form, bad_tunnels, bad_config, bad_names, bad_lists, granted,
                 granted_kinds, bulk_bindings, bulk_many, bulk_tunnels, filters, long_times,
                 room_for_proxies, lowered_for_good):
        part()
    nothing_left(joined)
    prepare()
    ch.must(CMD.BINDING_FLUSH)
    fill()
    list_under_load(list_under_change())
    nothing_left(joined)
    print("done", flush=True)


main()
