#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets that nobody should send, and what hostile.sh expects to become of them.

Standard input has what the shell knows, a word and what it says a line, as
hostile.sh writes it.  Each test prints "ok NAME" or "not ok NAME", a tab and why;
hostile.sh makes TAP of it.

What becomes of packets is a text: the counters that have changed, with by how much,
and "to LINK" with the lengths of the packets that came out there.
"""
import itertools
import socket
import struct
import sys

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6
from scapy.layers.l2 import GRE
from scapy.packet import Raw
from scapy.utils import checksum

from hostile_wire import Link, Router, dport

WORDS = {word.__name__: word for word in (GRE, ICMPv6PacketTooBig, IP, IPv6, Raw, TCP, UDP)}
TLV_HEADER = 4
UDP_HEADER = 8
BAD_HEADER = "Icmp6OutParmProblems 1, Ip6InHdrErrors 1"
BAD_SOURCE6 = "Ip6InAddrErrors 1, received 1, source 1"
BAD_SOURCE4 = "IpInAddrErrors 1, received 1, source 1"


class Knowledge:
    """What the shell knows: addresses and names as attributes, packets by name."""

    def __init__(self, lines):
        self.packet = {}
        for line in lines:
            word, value = line.rstrip("\n").split(maxsplit=1)
            if word == "packet":
                name, expression = value.split(maxsplit=1)
                self.packet[name] = bytes(eval(expression, dict(WORDS)))
            else:
                setattr(self, word, value)


def said(counts, came):
    """An outcome as text."""
    words = [f"{name} {number}" for name, number in sorted(counts.items())]
    words += [f"to {link} " + " ".join(str(len(packet)) for packet in packets)
              for link, packets in came.items() if packets]
    return ", ".join(words) or "nothing"


class Judge:
    """Tries cases, and says which went well."""

    def __init__(self, router, prefix):
        self.router = router
        self.prefix = prefix

    def say(self, name, got, wanted):
        """Kernels that differ about what they count have several texts in wanted."""
        if got in wanted if isinstance(wanted, tuple) else got == wanted:
            print(f"ok {self.prefix}{name}", flush=True)
        else:
            print(f"not ok {self.prefix}{name}\tit becomes \"{got}\", not \"{wanted}\"", flush=True)

    def expect(self, name, wanted, *packets, link="core", rounds=1):
        self.say(name, said(*self.router.outcome(link, packets, rounds=rounds)), wanted)


# ---- changing packets ----------------------------------------------------


def six(packet):
    return packet[0] >> 4 == 6


def ip4(header, rest):
    """An IPv4 packet with its length and checksum as they should be."""
    header = header[:2] + struct.pack("!H", len(header) + len(rest)) + header[4:10] + \
        b"\0\0" + header[12:]
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + rest


def sized(packet):
    """The outer header says what length the packet has now."""
    if six(packet):
        return packet[:4] + struct.pack("!H", len(packet) - 40) + packet[6:]
    return ip4(packet[:20], packet[20:])


def in_udp(name):
    """Is that a tunnel in UDP?  What is not for fmip may be for a socket there."""
    return name.startswith(("udp4", "tlv4"))


def without_sum(name, packet):
    """A packet that is to be changed, without the checksum of UDP around it."""
    return put(packet, 26, b"\0\0") if in_udp(name) else packet


def put(packet, at, data):
    """Other bytes in a packet."""
    return packet[:at] + data + packet[at + len(data):]


def replaced(packet, old, new):
    """Another source or destination in an outer header."""
    kind = socket.AF_INET6 if six(packet) else socket.AF_INET
    packet = packet.replace(socket.inet_pton(kind, old), socket.inet_pton(kind, new), 1)
    return packet if six(packet) else sized(packet)


def between(packet, *headers):
    """Extension headers behind the IPv6 header: each a number and what is in it."""
    following = packet[6]
    rest = packet[40:]
    for number, body in reversed(headers):
        rest = bytes([following]) + body + rest
        following = number
    return sized(put(packet[:40], 6, bytes([following])) + rest)


def options(*option):
    """The body of an options header, padded."""
    body = b"".join(option)
    pad = -(len(body) + 2) % 8
    body += b"\0" * pad if pad < 2 else bytes([1, pad - 2]) + bytes(pad - 2)
    return bytes([(len(body) + 2) // 8 - 1]) + body


def unknown(action):
    """An option that nobody knows; the first two bits say what to do about it."""
    return bytes([action << 6 | 0x1e, 2, 0, 0])


HOP, ROUTING, FRAGMENT, AH, NONE, DEST = 0, 43, 44, 51, 59, 60


def routing(kind, left):
    """The body of a routing header for one address."""
    return struct.pack("!BBBxxxx", 2, kind, left) + bytes(16)


# ---- cut short, and too long ---------------------------------------------


def short(judge, know):
    """Each encapsulation, ending at each header and within."""
    for row, carrier, name in know.rows:
        for family in 6, 4:
            packet = know.packet[f"row{row}-{family}"]
            outer = 40 if six(packet) else 20
            inner = outer + carrier
            head = 40 if family == 6 else 20
            for where, cut in (("at the end of the outer header", outer),
                               ("within what follows it", outer + carrier // 2),
                               ("before the inner header", inner),
                               ("a byte into the inner header", inner + 1),
                               ("a byte before its end", inner + head - 1),
                               ("at its end", inner + head),
                               ("before the last byte", len(packet) - 1)):
                if where.startswith("within") and not carrier:
                    continue
                judge.expect(f"{name}: IPv{family} in it, cut {where}",
                             cut_short(name, family, cut - outer, cut - inner, head),
                             sized(packet[:cut]))
            judge.expect(f"{name}: IPv{family} in it, shorter than the outer header says",
                         "Ip6InTruncatedPkts 1" if six(packet) else "IpExtInTruncatedPkts 1",
                         packet[:-1])


def cut_short(name, family, carrier, inner, head):
    """What becomes of a packet with so much of what follows the outer header."""
    if in_udp(name):
        if carrier < UDP_HEADER + TLV_HEADER:
            return "UdpInErrors 1"
        return "malformed 1"
    if inner < head:
        return "malformed 1"
    return "Ip6InTruncatedPkts 1, decap 1" if family == 6 else \
        "IpExtInTruncatedPkts 1, decap 1"


def long(judge, know):
    """Lengths that disagree, the outer packet being whole."""
    for row, carrier, name in know.rows:
        for family in 6, 4:
            packet = without_sum(name, know.packet[f"row{row}-{family}"])
            outer = 40 if six(packet) else 20
            at = outer + carrier + (4 if family == 6 else 2)
            length = len(packet) - outer - carrier
            says = struct.unpack_from("!H", packet, at)[0]
            goes = f"decap 1, to cn {length}"
            judge.expect(f"{name}: IPv{family} in it, with a trailer of the link's",
                         goes, packet + bytes(9))
            if not in_udp(name):
                judge.expect(f"{name}: IPv{family} in it, with a trailer of the tunnel's",
                             goes, sized(packet + bytes(9)))
            wrong = put(packet, at, struct.pack("!H", says + 1))
            judge.expect(f"{name}: IPv{family} in it, which says that it is longer",
                         "Ip6InTruncatedPkts 1, decap 1" if family == 6 else
                         "IpInHdrErrors 1, decap 1", wrong)
            judge.expect(f"{name}: IPv{family} in it, which says that it has no length",
                         "decap 1, to cn 40" if family == 6 else "IpInHdrErrors 1, decap 1",
                         put(packet, at, b"\0\0"))


def lengths(judge, know):
    """Lengths of the headers in between."""
    for row, _, name in know.rows:
        packet = know.packet[f"row{row}-6"]
        if not in_udp(name):
            continue
        says = len(packet) - 20
        within = "Ip6InTruncatedPkts 1, decap 1" if name == "udp4" else "malformed 1"
        for what, length, wanted in (("longer than the packet", says + 1, "malformed 1"),
                                     ("less than its own header", 7, "malformed 1"),
                                     ("0", 0, "malformed 1"),
                                     ("less than what is in it", says - 20, within)):
            judge.expect(f"{name}: a UDP length {what}", wanted,
                         put(packet, 24, struct.pack("!HH", length, 0)))


def tlv_headers(judge, know):
    """TLV headers that say what is not so."""
    packet = put(know.packet["row8-6"], 26, b"\0\0")
    for what, header in (("a type that is reserved", b"\x10\x29"),
                         ("no length", b"\0\x29\0\0"),
                         ("the largest length", b"\0\x29\xff\xff"),
                         ("no next header", b"\0\x3b"),
                         ("hop-by-hop options in it", b"\0\0"),
                         ("itself in it", b"\0\x11"),
                         ("GRE in it that is none", b"\0\x2f")):
        judge.expect(f"tlv4: {what}", "UdpNoPorts 1" if header[0] else "malformed 1",
                     put(packet, 28, header))


# ---- extension headers ---------------------------------------------------


def action_cases(action, refused):
    """Options that must not be passed over, in each place."""
    return ((f"an unknown destination option with action {action}", refused,
             (DEST, options(unknown(action)))),
            (f"an unknown destination option with action {action}, in a second header", refused,
             (DEST, options()), (DEST, options(unknown(action)))),
            (f"an unknown hop-by-hop option with action {action}", refused,
             (HOP, options(unknown(action)))))


def routing_cases(kind):
    """Routing headers with a segment left, which are for the stack."""
    refused = (BAD_HEADER, "Ip6InAddrErrors 1")
    return ((f"a routing header of type {kind}", refused, (ROUTING, routing(kind, 1))),
            (f"one of type {kind} behind destination options", refused,
             (DEST, options()), (ROUTING, routing(kind, 1))))


def extension_cases(goes):
    """What is tried, what becomes of it, and the headers."""
    return (("destination options, only padding", goes, (DEST, options())),
            ("padding with more in it than zeros", goes, (DEST, options(b"\x01\x02ab"))),
            ("a limit of encapsulations of 0", goes, (DEST, options(b"\x04\x01\0"))),
            ("one that is too long", goes, (DEST, options(b"\x04\x02\0\0"))),
            ("an unknown destination option that may be skipped", goes,
             (DEST, options(unknown(0)))),
            *action_cases(1, "Ip6InHdrErrors 1"),
            *action_cases(2, BAD_HEADER),
            *action_cases(3, BAD_HEADER),
            ("an option that is longer than its header", "Ip6InHdrErrors 1",
             (DEST, b"\0\x1e\x10\0\0\0\0")),
            ("options that are longer than the packet", "Ip6InHdrErrors 1",
             (DEST, b"\xff\x1e\0\0\0\0\0")),
            *routing_cases(0),
            *routing_cases(2),
            ("a jumbo option for a packet that is none", BAD_HEADER,
             (HOP, options(b"\xc2\x04\0\0\0\x40"))),
            ("AH behind destination options, whose word nobody has checked",
             "Icmp6OutParmProblems 1, Ip6InUnknownProtos 1",
             (DEST, options()), (AH, b"\x01\0\0" + bytes(8))),
            ("nothing behind destination options", "nothing",
             (DEST, options()), (NONE, bytes(7))))


def extensions(judge, know):
    """Options and routing headers around what is in the tunnel."""
    for name, row, carrier in ("ip6", 1, 0), ("gre6", 3, 4):
        packet = know.packet[f"row{row}-6"]
        for what, wanted, *headers in \
                extension_cases(f"decap 1, to cn {len(packet) - 40 - carrier}"):
            judge.expect(f"{name}: {what}", wanted, between(packet, *headers))
        jumbo = put(between(packet, (HOP, options(b"\xc2\x04\0\x01\0\0"))), 4, b"\0\0")
        judge.expect(f"{name}: a jumbogram that is shorter than it says",
                     ("Ip6InHdrErrors 1", "Ip6InHdrErrors 1, Ip6InTruncatedPkts 1"), jumbo)


# ---- fragments -----------------------------------------------------------


def fragments6(packet, *parts, ident=1):
    """Fragments of an IPv6 packet: each from, to, and whether more follow."""
    rest = packet[40:]
    for begin, end, more in parts:
        yield sized(put(packet[:40], 6, bytes([FRAGMENT])) +
                    struct.pack("!BxHI", packet[6], begin | more, ident) + rest[begin:end])


def fragments4(packet, *parts, ident=1):
    """The same for IPv4."""
    rest = packet[20:]
    for begin, end, more in parts:
        yield ip4(put(packet[:20], 4, struct.pack("!HH", ident, more << 13 | begin >> 3)),
                  rest[begin:end])


def fragment_cases(end, whole, overlap):
    """What is tried, what becomes of it, and the parts of so many bytes."""
    eights = [(at, min(at + 8, end), at + 8 < end) for at in range(0, end, 8)]
    return (("in order", whole, (0, 16, 1), (16, 48, 1), (48, end, 0)),
            ("the last first", whole, (48, end, 0), (16, 48, 1), (0, 16, 1)),
            ("of eight bytes", whole, *eights),
            ("one of them twice", whole, (0, 16, 1), (0, 16, 1), (16, end, 0)),
            ("the first missing", "nothing", (16, 48, 1), (48, end, 0)),
            ("the last missing", "nothing", (0, 16, 1), (16, 48, 1)),
            ("that overlap", overlap, (0, 32, 1), (16, 48, 1)))


def outer_fragments(judge, know):
    """The tunnel packet is in fragments, which IPv4 puts together by itself."""
    ident = itertools.count(1)
    for name, row in ("ip6", 1), ("gre6", 3), ("gre4", 5), ("udp4", 7):
        packet = know.packet[f"row{row}-6"]
        goes = "decap 1, to cn 112"
        if six(packet):
            split, cases = fragments6, fragment_cases(len(packet) - 40, goes, "fragment 1")
        else:
            split, cases = fragments4, fragment_cases(len(packet) - 20, "IpReasmOKs 1, " + goes,
                                                      "IpReasmFails 1")
        for what, wanted, *parts in (*cases, ("only one, which is all", goes,
                                              (0, len(packet) - (40 if six(packet) else 20), 0))):
            judge.expect(f"{name}: fragments {what}", wanted,
                         *split(packet, *parts, ident=next(ident)))


def inner_fragments(judge, know):
    """What is in the tunnel is a fragment: each is a packet of its own."""
    for name, row, family, head in ("ip6", 1, 6, 40), ("ip6", 1, 4, 20), ("gre4", 5, 6, 40):
        packet = know.packet[f"row{row}-{family}"]
        split = fragments6 if family == 6 else fragments4
        start = len(packet) - (112 if family == 6 else 92)
        outer, inner = packet[:start], packet[start:]
        extra = head + (8 if family == 6 else 0)
        for what, parts in (("in order", ((0, 16, 1), (16, 72, 0))),
                            ("the first missing", ((16, 72, 0),)),
                            ("that overlap", ((0, 32, 1), (16, 48, 1)))):
            judge.expect(f"{name}: IPv{family} fragments in it, {what}",
                         f"decap {len(parts)}, to cn " +
                         " ".join(str(extra + end - begin) for begin, end, _ in parts),
                         *(sized(outer + part) for part in split(inner, *parts)))
        judge.expect(f"{name}: an IPv{family} fragment in it that is not the node's",
                     "not-accepted 1",
                     *(sized(outer + replaced(part, know.node6 + str(row) if family == 6 else
                                              know.node4 + str(row), know.stranger6
                                              if family == 6 else know.stranger4))
                       for part in split(inner, (16, 72, 0))))


# ---- GRE -----------------------------------------------------------------

GRE_CSUM, GRE_ROUTING, GRE_KEY, GRE_SEQ, GRE_STRICT = 0x8000, 0x4000, 0x2000, 0x1000, 0x0800


def gre(flags, key, inner):
    """GRE with the fields that its flags announce."""
    fields = [b"\0\0\0\0"] * bool(flags & GRE_CSUM)
    fields += [struct.pack("!I", key)] * bool(flags & GRE_KEY)
    fields += [struct.pack("!I", 7)] * bool(flags & GRE_SEQ)
    packet = struct.pack("!HH", flags, 0x86dd) + b"".join(fields) + inner
    if flags & GRE_CSUM:
        packet = put(packet, 4, struct.pack("!H", checksum(packet)))
    return packet


def gre_flags(judge, know):
    """Each combination of flags, versions and recursion, and reserved bits."""
    words = [first << 11 | recursion << 8 | reserved | version
             for first in range(32) for recursion in range(8)
             for reserved in (0, 0xf8) for version in (0, 1)]
    for name, plain, keyed in ("gre6", 3, 4), ("gre4", 5, 6):
        packets, wanted = [], []
        for port, flags in enumerate(words, 30000):
            row = keyed if flags & GRE_KEY else plain
            packet = know.packet[f"row{row}-6"]
            inner = put(packet[-112:], 42, struct.pack("!H", port))
            packets.append(sized(packet[:40 if six(packet) else 20] +
                                 gre(flags, 1066 + row - (row == 6), inner)))
            # RFC 2784 section 2.1: bits 1 to 5, and the version, of those that
            # RFC 2890 has no use for; the others mean nothing.
            if not flags & (GRE_ROUTING | GRE_STRICT | 0x0400 | 0x0007):
                wanted.append(port)
        counts, came = judge.router.outcome("core", packets)
        judge.say(f"{name}: of {len(words)} combinations of flags the right ones are taken",
                  [dport(packet) for packet in came["cn"]], wanted)
        judge.say(f"{name}: and the others counted as malformed", said(counts, {}),
                  f"decap {len(wanted)}, malformed {len(words) - len(wanted)}")


# ---- addresses -----------------------------------------------------------


def spoofed(judge, know):
    """Inner sources that no binding accepts, and outer ones that are no tunnel's."""
    sources = {6: ((know.stranger6, "a stranger's"), (know.node6 + "2", "another node's"),
                   (know.out6, "the router's own"), ("ff02::1", "multicast"),
                   ("::1", "loopback"), ("fe80::1", "link-local"), ("::", "none"),
                   ("::ffff:10.0.0.1", "IPv4-mapped")),
               4: ((know.stranger4, "a stranger's"), (know.node4 + "2", "another node's"),
                   (know.out4, "the router's own"), ("224.0.0.1", "multicast"),
                   ("127.0.0.1", "loopback"), ("169.254.0.1", "link-local"),
                   ("255.255.255.255", "broadcast"), ("0.0.0.0", "none"))}
    for row, _, name in know.rows:
        for family in 6, 4:
            packet = without_sum(name, know.packet[f"row{row}-{family}"])
            start = len(packet) - (112 if family == 6 else 92)
            node = (know.node6 if family == 6 else know.node4) + str(row)
            for source, whose in sources[family]:
                if source != node:
                    judge.expect(f"{name}: an IPv{family} source in it that is {whose}",
                                 "UdpNoPorts 1" if in_udp(name) else "not-accepted 1",
                                 packet[:start] + replaced(packet[start:], node, source))
        packet = without_sum(name, know.packet[f"row{row}-6"])
        # Where there is another driver of such tunnels, it has none with these ends.
        judge.expect(f"{name}: from a stranger",
                     "UdpNoPorts 1" if in_udp(name) else
                     ("Icmp6OutParmProblems 1, Ip6InUnknownProtos 1", "nothing")
                     if six(packet) else ("IpInUnknownProtos 1", "nothing"),
                     replaced(packet, know.end6, know.stranger6) if six(packet) else
                     replaced(packet, know.end4, know.stranger4))


def accepted_by_destination(judge, know):
    """Of what is accepted by its destination any source could be: some may not."""
    refused, goes = "Ip6InHdrErrors 1, decap 1", "decap 1, received 1, sent 1, to cn "
    for family, source, whose, wanted in (
            (6, know.stranger6, "a stranger", goes + "112"),
            (6, "ff02::1", "a group", refused),
            (6, "::1", "loopback", refused),
            (6, "::ffff:10.0.0.1", "an IPv4-mapped address", goes + "112"),
            (6, "::", "nobody", BAD_SOURCE6),
            (6, "fe80::9", "a link-local address", BAD_SOURCE6),
            (4, know.stranger4, "a stranger", goes + "92"),
            (4, "224.0.0.1", "a group", BAD_SOURCE4),
            (4, "127.0.0.1", "loopback", BAD_SOURCE4),
            (4, "255.255.255.255", "broadcast", BAD_SOURCE4),
            (4, "0.0.0.0", "nobody", BAD_SOURCE4),
            (4, know.out4, "the router", BAD_SOURCE4)):
        packet = know.packet[f"bydst-{family}"]
        stranger = know.stranger6 if family == 6 else know.stranger4
        judge.expect(f"by destination: IPv{family} from {whose}",
                     wanted if "decap" in wanted else
                     wanted.replace(" received", " decap 1, received"),
                     packet[:40] + replaced(packet[40:], stranger, source))


# ---- tunnels in tunnels --------------------------------------------------


def nested(judge, know):
    """Layer in layer, each accepted."""
    packet = know.packet["row1-6"]
    for layers in range(1, 4):
        judge.expect(f"{layers + 1} tunnels, one in the other", f"decap {layers + 1}, to cn 112",
                     wrapped(packet, layers), rounds=layers + 1)
    for layers in 5, 8, 30:
        counts, came = judge.router.outcome("core", [wrapped(packet, layers)], rounds=6)
        judge.say(f"{layers + 1} tunnels, one in the other, end as too many",
                  [counts.get("nesting"), counts.get("received"), came["cn"]], [1, 1, []])
    judge.expect("IPv6 in GRE in IPv4 in IPv6", "decap 2, to cn 112",
                 sized(put(packet[:40], 6, b"\x04") + know.packet["row5-6"]), rounds=2)
    for _ in range(4):
        packet = sized(put(packet[:40], 6, b"\x04") +
                       with_option(know.packet["row2-6"][:20] + packet))
    counts, came = judge.router.outcome("core", [packet], rounds=9)
    judge.say("nine tunnels, every other one with options, end as too many",
              [counts.get("decap"), counts.get("nesting"), came["cn"]], [4, 1, []])


def with_option(packet):
    """An IPv4 packet with padding in its header."""
    return ip4(put(packet[:20], 0, b"\x46") + b"\1\1\1\0", packet[20:])


def halves(packet, ident):
    """An IPv4 packet in two fragments."""
    end = len(packet) - 20
    middle = end // 2 & ~7
    return fragments4(packet, (0, middle, 1), (middle, end, 0), ident=ident)


def nested_fragments(judge, know):
    """Each layer is in two fragments, each of which is in the next layer."""
    packets = [know.packet["row2-6"]]
    outer, ident = put(packets[0][:20], 9, b"\x04"), itertools.count(1000)
    for _ in range(5):
        packets = [ip4(outer, part) for packet in packets
                   for part in halves(packet, next(ident))]
    judge.expect("six tunnels, one in the other's fragments, end as too many",
                 "IpReasmOKs 30, decap 60, nesting 2, received 2", *packets, rounds=6)


def wrapped(packet, layers):
    """So many more outer headers."""
    for _ in range(layers):
        packet = sized(packet[:40] + packet)
    return packet


# ---- to a node, from its own link ----------------------------------------


def to_node(judge, know):
    """What a stranger sends to a node that is redirected."""
    for row, family, length in (1, 6, 152), (2, 4, 112):
        packet = know.packet[f"node{row}-{family}"]
        goes = f"received 1, sent 1, to core {length}"
        judge.expect(f"to a node, IPv{family}", goes, packet, link="cn")
        judge.expect(f"to a node, IPv{family} with a trailer", goes, packet + bytes(9), link="cn")
        judge.expect(f"to a node, IPv{family} that is cut short",
                     f"Ip{'6' if family == 6 else 'Ext'}InTruncatedPkts 1", packet[:-1], link="cn")


def to_node6(judge, know):
    """What a router may forward in IPv6, and what not."""
    packet = know.packet["node1-6"]
    for what, wanted, new in (
            ("a hop limit of 1", "Icmp6OutTimeExcds 1, Ip6InHdrErrors 1, hop-limit 1, received 1",
             put(packet, 7, b"\1")),
            ("a hop limit of 0", "Icmp6OutTimeExcds 1, Ip6InHdrErrors 1, hop-limit 1, received 1",
             put(packet, 7, b"\0")),
            ("from nobody", BAD_SOURCE6, replaced(packet, know.cn6, "::")),
            ("from a link-local address", BAD_SOURCE6, replaced(packet, know.cn6, "fe80::9")),
            ("from a group", "Ip6InHdrErrors 1", replaced(packet, know.cn6, "ff02::1")),
            ("from loopback", "Ip6InHdrErrors 1", replaced(packet, know.cn6, "::1")),
            ("from an IPv4-mapped address, as it is forwarded", "received 1, sent 1, to core 152",
             replaced(packet, know.cn6, "::ffff:10.0.0.1")),
            ("and as to who has no binding", "to core 112",
             replaced(replaced(packet, know.cn6, "::ffff:10.0.0.1"), know.node6 + "1",
                      know.end6)),
            ("a destination option that is none of the router's business",
             "received 1, sent 1, to core 160", between(packet, (DEST, options(unknown(2))))),
            ("a routing header, which is none either", "received 1, sent 1, to core 176",
             between(packet, (ROUTING, routing(0, 1)))),
            ("an unknown hop-by-hop option", BAD_HEADER,
             between(packet, (HOP, options(unknown(2))))),
            ("a limit of encapsulations of 0",
             "Icmp6OutParmProblems 1, nesting 1, received 1",
             between(packet, (DEST, options(b"\x04\x01\0")))),
            ("a fragment that is not the first", "received 1, sent 1, to core 144",
             next(fragments6(packet, (16, 72, 0)))),
            ("no payload", "received 1, sent 1, to core 80", sized(packet[:40]))):
        judge.expect(f"to a node, {what}", wanted, new, link="cn")


def to_node4(judge, know):
    """The same for IPv4."""
    packet = know.packet["node2-4"]
    for what, wanted, new in (
            ("a hop limit of 1", "IcmpOutTimeExcds 1, IpInHdrErrors 1, hop-limit 1, received 1",
             sized(put(packet, 8, b"\1"))),
            ("from broadcast", BAD_SOURCE4, replaced(packet, know.cn4, "255.255.255.255")),
            ("from loopback", BAD_SOURCE4, replaced(packet, know.cn4, "127.0.0.1")),
            ("from the router's own address", BAD_SOURCE4,
             replaced(packet, know.cn4, know.router4)),
            ("a wrong checksum", "IpInHdrErrors 1", put(packet, 10, b"\0\0")),
            ("a header of 16 bytes", "IpInHdrErrors 1", put(packet, 0, b"\x44"))):
        judge.expect(f"to a node, IPv4: {what}", wanted, new, link="cn")


def to_held(judge, know):
    """What the link of a node that is awaited sends to its address."""
    for family in 6, 4:
        packet = know.packet[f"held-{family}"]
        me = know.cn6 if family == 6 else know.cn4
        held = know.held6 if family == 6 else know.held4
        own = know.router6 if family == 6 else know.router4
        judge.expect(f"to a held address from its own link, IPv{family}", "buffered 1, received 1",
                     packet, link="cn")
        judge.expect(f"the same from the address itself, IPv{family}", "buffered 1, received 1",
                     replaced(packet, me, held), link="cn")
        judge.expect(f"from the router, IPv{family}",
                     "buffered 1, received 1" if family == 6 else BAD_SOURCE4,
                     replaced(packet, me, own), link="cn")


# ---- options of IPv4 -----------------------------------------------------


def options4(judge, know):
    """Options around: the stack has its say about each."""
    packet = know.packet["row2-6"]
    for what, option, wanted in (
            ("padding", b"\1\1\1\0", "decap 1, to cn 112"),
            ("one that has no length", b"\x44\0\0\0", "IcmpOutParmProbs 1, IpInHdrErrors 1"),
            ("one that goes on behind the header", b"\x07\x10\x04\0",
             "IcmpOutParmProbs 1, IpInHdrErrors 1"),
            ("a source route", b"\x83\x07\x08" + bytes(4) + b"\0", "nothing")):
        head = put(packet[:20], 0, bytes([0x45 + len(option) // 4]))
        judge.expect(f"ip4: options, {what}", wanted, ip4(head + option, packet[20:]))


# ---- errors --------------------------------------------------------------


def errors(judge, know):
    """Errors that nobody's packet was the reason of."""
    for what, name in (("a tunnel that is not there", "error-stranger"),
                       ("a tunnel packet that another one has sent", "error-source"),
                       ("a tunnel packet of which nothing is quoted", "error-nothing"),
                       ("a tunnel packet, with a wrong checksum", "error-checksum")):
        judge.expect(f"an error about {what}", "nothing", know.packet[name])


# ---- links ---------------------------------------------------------------


def frames(judge, know):
    """Right packets in wrong frames."""
    packet = know.packet["row1-6"]
    link = judge.router.links["core"]
    for what, header in (
            ("for another station", bytes.fromhex("020000000099") + link.mac + b"\x86\xdd"),
            ("of a VLAN that is not there",
             link.router_mac + link.mac + b"\x81\0\0\x07\x86\xdd"),
            ("that calls it IPv4", link.router_mac + link.mac + b"\x08\0")):
        judge.say(f"a tunnel packet in a frame {what}",
                  said(*judge.router.outcome("core", [packet], header)),
                  "IpInHdrErrors 1" if "IPv4" in what else "nothing")


def make_router(know):
    """The router between the two links, and the good packets by each."""
    mac = [bytes.fromhex(text.replace(":", "")) for text in (know.mac_core, know.mac_cn)]
    links = {"core": Link(know.core, "in0", mac[0]), "cn": Link(know.cn, "eth0", mac[1])}
    return Router(know.router, links, {
        "core": ("cn", [know.packet["mark-udp"], know.packet["mark-tcp"]], {"decap": 2}),
        "cn": ("core", [know.packet["mark-node-udp"], know.packet["mark-node-tcp"]],
               {"received": 2, "sent": 2})})


def main():
    know = Knowledge(sys.stdin)
    know.rows = [(int(row), int(carrier), name) for row, carrier, name in
                 (word.split(":") for word in know.rows.split())]
    judge = Judge(make_router(know), sys.argv[1])
    tests = (short, long, lengths, tlv_headers, extensions, outer_fragments, inner_fragments,
             gre_flags, spoofed, accepted_by_destination, nested, nested_fragments, to_node,
             to_node6, to_node4, to_held, options4, errors, frames)
    for test in tests:
        if test.__name__ in sys.argv[2:] or len(sys.argv) == 2:
            test(judge, know)
    print("done")


main()
