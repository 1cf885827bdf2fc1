#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""fmipd.py - whom fmipd speaks to, and who looks at what it says

The messages are laid out by tools/fmipd/tests/layout.py, and tshark's view of them is
judged by wireshark.py beside it, which lists where tshark is wrong; nothing of the
daemon is used.

    fmipd.py serve: each line of standard input is answered by one on standard output

        send NETNS EXPRESSION   sends a message, or a list of them: "sent"
        answer NETNS CAPTURE N EXPRESSION
                                the same, as soon as the Nth message of a node's daemon is
                                in a capture of its "any"; "seen" in it is that message
        ask SOCKET COMMAND      asks a daemon: its answer

    fmipd.py check CAPTURE par|nar|mn: what that router or node has sent of its daemon's, in
        a capture of "any".  Each line of standard input is "NAME <tab> EXPRESSION", a message
        that is to be there, in that order; "seen" in it is the one that is, "before" are
        those that were before it.
"""
import ctypes
import functools
import json
import os
import socket
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools/fmipd/tests")
sys.path.insert(0, TESTS)
import layout  # noqa: E402
import wireshark  # noqa: E402
from layout import (altcoa, checksum, icmp, ip, link, mh_address, mh_lla, mobility,  # noqa: E402
                    nd_lla, neighbour, pad1, padn, prefix, rtsolpr, vendor)

# The network of lib.sh, which has the global addresses of the samples.
PAR_AP, NAR_AP, LONE_AP, FAR_AP = (f"02000000{octets}"
                                   for octets in ("01a1", "02a1", "03a1", "04a1"))
PAR_MAC, NAR_MAC, MN_MAC, THIEF_MAC = (f"02000000{octets}"
                                       for octets in ("0101", "0201", "0010", "0066"))
MN_LL, PAR_LL, NAR_LL = "fe80::10", "fe80::1:1", "fe80::2:1"
PCOA, NCOA, PAR, NAR, CN = ("2001:db8:1::10", "2001:db8:2::10", "2001:db8:1::1",
                            "2001:db8:2::1", "2001:db8:c::2")
ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"
ROUTERS = {"par": (ip(PAR), ip(PAR_LL)), "nar": (ip(NAR), ip(NAR_LL))}
VENDOR = 32473
for name, value in (("MN_LINK", MN_LL), ("PAR_LINK", PAR_LL), ("NAR_LINK", NAR_LL),
                    ("MN", MN_MAC), ("PAR_LLA", PAR_MAC), ("NAR_LLA", NAR_MAC)):
    setattr(layout, name, value)

SHA1, SHA256 = layout.SHA1, layout.SHA256_128
KEYS = {SHA1: bytes(range(20)), SHA256: bytes(range(32))}
MH, ICMPV6, HAO = 135, 58, 60


# ---- messages ---------------------------------------------------------------

def solicit(identifier, *aps, to=ALL_ROUTERS):
    return rtsolpr(to, identifier, [nd_lla(4, MN_MAC), *(nd_lla(1, ap) for ap in aps)])


def wildcard(identifier):
    return rtsolpr(ALL_ROUTERS, identifier, [nd_lla(4, MN_MAC), nd_lla(0, "0" * 12)])


def badf(mac, care_of):
    """Each way to sign has a key of its own."""
    layout.KEY = KEYS[mac]
    return mac, care_of, 4 + mac[1]


def fill(mac):
    """Padding to where the option with the authenticator begins."""
    return {SHA1: 6, SHA256: 2}[mac]


def fbu(sequence, lifetime=30, ncoa=NCOA, source=PCOA, pcoa=PCOA, signed=None, to=PAR,
        mac=SHA1):
    """From the PCoA, with the NCoA in an option; or from the NCoA itself."""
    options = [padn(2)] if source == ncoa else [padn(2), altcoa(ncoa), padn(fill(mac))]
    care_of = signed or (ncoa if lifetime else pcoa)
    return mobility(8, source, to, struct.pack("!HHH", sequence, 0xc000, lifetime),
                    {"message": "FBU", "sequence": sequence, "flags": 0xc000,
                     "lifetime": lifetime}, options, hao=pcoa, badf=badf(mac, care_of))


def fback(destination, status, sequence, lifetime, options, care_of, mac=SHA1, rh2=None):
    return mobility(9, PAR, destination, struct.pack("!BBHH", status, 0, sequence, lifetime),
                    {"message": "FBack", "status": status, "flags": 0, "sequence": sequence,
                     "lifetime": lifetime}, options, badf=badf(mac, care_of), rh2=rh2)


def number(seen):
    """The sequence number of a Mobility Header, or the identifier of a RtSolPr."""
    return int.from_bytes(seen[6:8], "big")


def asks(seen, source, care_of, lifetime=30, pcoa=PCOA, left=None):
    """An FBU as the node sends it, from wherever it is; it chooses the number."""
    options = [padn(2), altcoa(care_of), mh_lla(MN_MAC)]
    options += [pad1(), left, padn(7)] if left else [padn(5)]
    return mobility(8, source, PAR, struct.pack("!HHH", number(seen), 0xc000, lifetime),
                    {"message": "FBU", "sequence": number(seen), "flags": 0xc000,
                     "lifetime": lifetime}, options, hao=pcoa,
                    badf=badf(SHA1, care_of if lifetime else pcoa))


def left(seen, before, most):
    """When the link went down, in ms since the last PrRtAdv that was asked for."""
    solicited = [data for data in before if data[0] == 154]
    ms = int.from_bytes(seen[51:55], "big")
    if not 0 < ms <= most:
        raise ValueError(f"{ms} ms is not until {most}")
    return vendor(VENDOR, 1, f"{number(solicited[-1]):04x}{ms:08x}")


def una(address=NCOA, lla=MN_MAC, flags=0):
    return neighbour(136, "NA", address, ALL_NODES, flags, address, [link(2, lla)])


def fna(address=NCOA):
    """What a UNA was in RFC 4068."""
    return mobility(10, address, NAR, bytes(2), {"message": "FNA"}, [mh_lla(MN_MAC), padn(7)])


def advertise():
    """As radvd does on the NAR."""
    return icmp(NAR_LL, ALL_NODES, 134, 0, struct.pack("!BBHII", 64, 0, 1800, 0, 0), {},
                [link(1, NAR_MAC)])


def router_of(prefix, mac, lifetime=1800, source="fe80::1"):
    """A router of a link whose hosts make their addresses themselves."""
    return At("far0", "333300000001",
              icmp(source, ALL_NODES, 134, 0, struct.pack("!BBHII", 64, 0, lifetime, 0, 0), {},
                   [link(1, mac), layout.prefix(64, 0xc0, 3600, 1800, prefix)]))


def advertise_par(flags):
    """The prefix, with the address of the PAR where R is among the flags (RFC 6275 7.2)."""
    return icmp(PAR_LL, ALL_NODES, 134, 0, struct.pack("!BBHII", 64, 0, 1800, 0, 0), {},
                [link(1, PAR_MAC), prefix(64, flags, 3600, 1800, PAR)])


def naacks(options, to=NCOA):
    """The NAR's own figures, and the NAACK alone."""
    return icmp(NAR_LL, to, 134, 0, struct.pack("!BBHII", 64, 0, 1800, 0, 0),
                {"message": "RA", "hop_limit": 64, "flags": 0, "lifetime": 1800,
                 "reachable": 0, "retrans": 0}, options)


def handover_initiate(sequence, code=0, ncoa=NCOA, source=PAR, flags=None, lla=MN_MAC):
    flags = (0 if code else 0x40) if flags is None else flags
    options = [mh_lla(lla), pad1()] if lla else [padn(2)]
    options += [mh_address(1, 128, PCOA)]
    options += [padn(4), mh_address(2, 128, ncoa)] if ncoa else []
    return mobility(14, source, NAR, struct.pack("!HBB", sequence, flags, code),
                    {"message": "HI", "sequence": sequence, "flags": flags, "code": code},
                    options)


def acknowledge(sequence, code, ncoa=None, to=PAR):
    options = [padn(2), mh_address(2, 128, ncoa)] if ncoa else [padn(6)]
    return mobility(15, NAR, to, struct.pack("!HBB", sequence, 0, code),
                    {"message": "HAck", "sequence": sequence, "flags": 0, "code": code},
                    options)


def made(address, *others):
    """Of the NAR's prefix, and none of those that were refused."""
    text = socket.inet_ntop(socket.AF_INET6, address)
    if not text.startswith("2001:db8:2:") or text in others:
        raise ValueError(f"{text} is none that may be made")
    return text


def invites(sequence):
    """A HAck that nobody has asked for."""
    return mobility(15, NAR, PAR, struct.pack("!HBB", sequence, 0, 4),
                    {"message": "HAck", "sequence": sequence, "flags": 0, "code": 4},
                    [mh_lla(MN_MAC), pad1(), mh_address(1, 128, PCOA)])


def sends_away(options):
    """A PrRtAdv that nobody has asked for."""
    return icmp(PAR_LL, PCOA, 154, 1, struct.pack("!BBH", 3, 0, 0),
                {"message": "PrRtAdv", "code": 1, "identifier": 0},
                [nd_lla(4, PAR_MAC), *options])


def tells_of(options, to):
    """A PrRtAdv that has nobody go."""
    return icmp(PAR_LL, to, 154, 4, struct.pack("!BBH", 3, 0, 0),
                {"message": "PrRtAdv", "code": 4, "identifier": 0},
                [nd_lla(4, PAR_MAC), *options])


def bare(number, options=()):
    """What a Mobility Header at least has, of any type."""
    return mobility(number, PCOA, PAR, bytes(2), {}, options)


def binding_error():
    return mobility(7, PAR, PCOA, bytes((2, 0)) + bytes(16),
                    {"message": "BE", "status": 2, "home": "::"}, [])


def problem(message, octet):
    """Of a message: RFC 4443 3.4."""
    pointer = len(message.packet()) - len(message.data) + octet
    return icmp(PAR, PCOA, 4, 0, struct.pack("!I", pointer) + message.packet(),
                {"message": "Problem", "pointer": pointer}, [])


def drawn(seen, at=16):
    """The address in a HAck, FBack or PrRtAdv; it is out of the pool."""
    address = socket.inet_ntop(socket.AF_INET6, seen[at:][:16])
    if not address.startswith("2001:db8:2:0:8000:"):
        raise ValueError(f"{address} is not out of the pool")
    return address


# ---- changes to them ----------------------------------------------------------

def finish(message, data):
    """Other octets, with a checksum that is right."""
    at = 4 if message.proto == MH else 2
    data = data[:at] + b"\0\0" + data[at + 2:]
    message.data = data[:at] + checksum(*message.ends(), message.proto, data) + data[at + 2:]
    return message


def forged(message):
    """The last octet of the authenticator is another."""
    return finish(message, message.data[:-1] + bytes((message.data[-1] ^ 1,)))


def unsigned(message):
    """Padding instead of an authenticator."""
    end = len(message.data) - 18
    return finish(message, message.data[:end] + bytes((1, 16)) + bytes(16))


def other_key(message):
    """Its SPI is that of no key."""
    return finish(message, message.data[:-16] + bytes((0, 0, 9, 9)) + message.data[-12:])


def without_home(message):
    message.hao = None
    return finish(message, message.data)


def with_home(message, home):
    """Who sends it says that this is its home address."""
    message.hao = home
    return finish(message, message.data)


def bad_checksum(message):
    at = 4 if message.proto == MH else 2
    message.data = message.data[:at] + bytes(2) + message.data[at + 2:]
    return message


# ---- sending ------------------------------------------------------------------

def enter(netns):
    """A socket stays in the namespace in which it was made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), netns)


@functools.cache
def link_socket(netns):
    enter(netns)
    return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)


@functools.cache
def route_socket(netns):
    enter(netns)
    return socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)


class At:
    """On a link, to who has a link-layer address there."""

    def __init__(self, dev, mac, message, hops=255):
        self.dev, self.mac, self.message, self.hops = dev, mac, message, hops

    def send(self, netns):
        packet = bytearray(self.message.packet())
        packet[7] = self.hops
        link_socket(netns).sendto(packet, (self.dev, 0x86dd, 0, 0, bytes.fromhex(self.mac)))


class Looped:
    """To all nodes of a link, this one among them: what a daemon on the router sends."""

    def __init__(self, dev, message):
        self.dev, self.message = dev, message

    def send(self, netns):
        enter(netns)
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, ICMPV6) as sock:
            index = socket.if_nametoindex(self.dev)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            sock.bind((self.message.source, 0, 0, index))
            sock.sendto(self.message.data, (self.message.destination, 0, 0, index))


class Routed:
    """By the way of the routing table."""

    def __init__(self, message, hops=64):
        self.message, self.hops = message, hops

    def send(self, netns):
        packet = bytearray(self.message.packet())
        packet[7] = self.hops
        route_socket(netns).sendto(packet, (self.message.destination, 0))


def to_par(message, hops=255):
    mac = "333300000002" if message.destination == ALL_ROUTERS else PAR_MAC
    return At("wlan0", mac, message, hops)


def to_nar(message, hops=255):
    mac = "333300000001" if message.destination == ALL_NODES else NAR_MAC
    return At("wlan0", mac, message, hops)


def to_mn(message, hops=255):
    mac = "333300000001" if message.destination == ALL_NODES else MN_MAC
    return At("acc0", mac, message, hops)


def ask(path, command):
    """Of "COMMAND all", all that there is."""
    request = {"command": command.removesuffix(" all")}
    if command.endswith(" all"):
        request["all"] = True
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(path)
        sock.sendall(json.dumps(request).encode() + b"\n")
        with sock.makefile() as file:
            return file.readline().strip() or "error: no answer"


def wait_for(path, count):
    """What a node's daemon has sent as the so manyth message."""
    end = time.monotonic() + 30
    while len(sent := sent_in(path, "mn")) < count:
        if time.monotonic() > end:
            raise TimeoutError(f"there are {len(sent)} messages, not {count}")
        time.sleep(0.01)
    return sent[count - 1][2]


def send(netns, messages):
    for message in messages if isinstance(messages, list) else [messages]:
        message.send(netns)


def value_of(expression, **more):
    """What it says in the words of layout.py and of this file."""
    return eval(expression, {**vars(layout), **globals(), **more})


def serve():
    for line in sys.stdin:
        word, first, rest = line.split(maxsplit=2)
        try:
            answer = "sent"
            if word == "ask":
                answer = ask(first, rest.strip())
            elif word == "answer":
                path, count, rest = rest.split(maxsplit=2)
                seen = wait_for(path, int(count))
                send(first, value_of(rest, seen=seen))
            else:
                send(first, value_of(rest))
        except Exception as error:
            answer = f"error {type(error).__name__}: {error}"
        print(answer, flush=True)


# ---- looking ------------------------------------------------------------------

OUTGOING = 4
PROBLEM = 4
SLL2 = 276


def records(path):
    """Number, kind and IPv6 packet of each record of a capture of "any"."""
    with open(path, "rb") as file:
        order = "<" if file.read(4) in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        if struct.unpack(f"{order}16xI", file.read(20))[0] & 0xffff != SLL2:
            raise SystemExit(f"{path} is not a capture of any")
        number = 0
        while len(head := file.read(16)) == 16:
            number += 1
            size = struct.unpack(f"{order}8xI4x", head)[0]
            data = file.read(size)
            # The capture may go on, and this be only half of a packet.
            if len(data) < size:
                return
            yield number, data[10], data[20:]


def message_of(packet, sender):
    """What is behind the headers, if it is a message that the daemon may have sent."""
    proto, at = packet[6], 40
    while proto in (HAO, 43):
        proto, at = packet[at], at + 8 * (1 + packet[at + 1])
    data = packet[at:]
    if proto == MH:
        return data
    # Of a header that is not known the kernel complains, with Code 1.
    if proto == ICMPV6 and (data[0] == 154 or data[:2] == bytes((PROBLEM, 0)) or
                            (data[0] == 134 and has_naack(data)) or
                            (data[0] == 136 and sender == "mn" and not is_solicited(data))):
        return data
    return None


def is_solicited(data):
    """A node's kernel answers who asks; what nobody has asked for it leaves to the daemon."""
    return data[4] & 0x40


def has_naack(data):
    at = 16
    while at + 1 < len(data) and data[at + 1]:
        if data[at] == 20:
            return True
        at += 8 * data[at + 1]
    return False


def sent_in(path, sender):
    """A node may have any address."""
    return [(number, packet, message_of(packet, sender))
            for number, kind, packet in records(path)
            if kind == OUTGOING and packet[8:24] in ROUTERS.get(sender, [packet[8:24]]) and
            message_of(packet, sender)]


def dissected(path):
    text = subprocess.run(["tshark", "-n", "-r", path, "-T", "pdml"], check=True,
                          capture_output=True).stdout
    return [wireshark.by_name((field.get("name"), field.get("show"))
                              for field in packet.iter() if field.get("name"))
            for packet in xml.etree.ElementTree.fromstring(text)]


def complaints(message, packet, data, shown):
    wanted = bytearray(message.packet())
    wanted[7] = 255 if message.proto == ICMPV6 and data[0] != PROBLEM else packet[7]
    # The flow label is the kernel's to choose.
    wanted[:4] = packet[:4]
    if packet != bytes(wanted):
        yield f"sent  {packet.hex()}"
        yield f"meant {bytes(wanted).hex()}"
    value = {**message.found, "is_mh": message.proto == MH, "packet": packet.hex()}
    # In it is what is wrong with the message.
    if value["message"] == "Problem":
        shown = {name: of for name, of in shown.items() if name.startswith("icmpv6.")}
    yield from wireshark.complaints(value, shown)


def summary(packet, data):
    return f"{'MH' if data[0] == 59 else 'ICMPv6'} type {data[2] if data[0] == 59 else data[0]} " \
           f"to {socket.inet_ntop(socket.AF_INET6, packet[24:40])}: {data.hex()}"


def check(path, sender):
    wanted = [line.rstrip("\n").split("\t") for line in sys.stdin]
    packets, shown = sent_in(path, sender), dissected(path)
    for i, (name, expression) in enumerate(wanted):
        if i >= len(packets):
            print(f"not ok\t{name}\nit was not sent")
            continue
        number, packet, data = packets[i]
        try:
            before = [data for _, _, data in packets[:i]]
            message = value_of(expression, seen=data, before=before)
            why = list(complaints(message, packet, data, shown[number - 1]))
        except Exception as error:
            why = [f"{type(error).__name__}: {error}"]
        print(f"{'not ok' if why else 'ok'}\t{name}", *why, sep="\n")
    extra = packets[len(wanted):]
    print(f"{'not ok' if extra else 'ok'}\tnothing else was sent",
          *(summary(packet, data) for _, packet, data in extra), sep="\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        check(*sys.argv[2:])
