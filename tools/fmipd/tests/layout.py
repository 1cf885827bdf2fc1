#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# The messages of tests/samples.c laid out by hand, padding and all, from the
# figures of RFC 5568, RFC 6275 and RFC 4861: the codec must make the same
# octets and find the same values in them. Nothing of the codec is used here.
#
# PROGRAMS is where emit and decode are.

import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess

PROGRAMS = os.environ.get("PROGRAMS")

PCOA, NCOA, OTHER = "2001:db8:1::10", "2001:db8:2::10", "2001:db8:2::77"
PAR, NAR, NAR_B = "2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"
PREFIX, PREFIX_B = "2001:db8:2::", "2001:db8:3::"
MN_LINK, PAR_LINK, NAR_LINK = "fe80::5eff:fe00:5301", "fe80::1", "fe80::2"
ALL_NODES, ALL_ROUTERS, NCOA_GROUP = "ff02::1", "ff02::2", "ff02::1:ff00:10"
MN, AP_A, AP_B, AP_C = (f"02005e0053{last}" for last in ("01", "a1", "a2", "a3"))
PAR_LLA, NAR_LLA, NAR_B_LLA = (f"02005e0053{last}" for last in ("fd", "fe", "ff"))
KEY = bytes(range(20))
SHA1, SHA256_128, SHA256 = (hashlib.sha1, 12), (hashlib.sha256, 16), (hashlib.sha256, 32)


def ip(text):
    return socket.inet_pton(socket.AF_INET6, text)


def checksum(source, destination, proto, data):
    """RFC 8200 8.1."""
    text = ip(source) + ip(destination) + struct.pack("!IxxxB", len(data), proto) + data
    text += b"\0" * (len(text) % 2)
    total = sum(struct.unpack(f"!{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", total ^ 0xffff)


# Mobility options (RFC 5568 6.4, RFC 6275 6.2), each with what is found in it.

def pad1():
    return b"\0", None


def padn(total):
    return bytes((1, total - 2)) + b"\0" * (total - 2), None


def altcoa(address):
    return bytes((3, 16)) + ip(address), {"type": 3, "address": address}


def mh_lla(lla):
    octets = bytes.fromhex(lla)
    return bytes((7, 1 + len(octets), 2)) + octets, {"type": 7, "code": 2, "lla": lla}


def mh_address(code, prefixlen, address):
    return (bytes((34, 18, code, prefixlen)) + ip(address),
            {"type": 34, "code": code, "prefixlen": prefixlen, "address": address})


def vendor(number, subtype, data):
    octets = bytes.fromhex(data)
    return (bytes((19, 5 + len(octets))) + struct.pack("!IB", number, subtype) + octets,
            {"type": 19, "vendor": number, "subtype": subtype, "data": data})


def unknown(number, data):
    octets = bytes.fromhex(data)
    return bytes((number, len(octets))) + octets, {"type": number, "data": data}


# ND options (RFC 4861 4.6, RFC 5568 6.4): lengths in units of 8 octets.

def nd_lla(code, lla):
    octets = bytes.fromhex(lla)
    pad = {6: 7, 8: 5}[len(octets)]
    return bytes((19, 2, code)) + octets + b"\0" * pad, {"type": 19, "code": code, "lla": lla}


def nd_address(code, prefixlen, address):
    return (bytes((17, 3, code, prefixlen)) + b"\0" * 4 + ip(address),
            {"type": 17, "code": code, "prefixlen": prefixlen, "address": address})


def link(number, lla):
    return bytes((number, 1)) + bytes.fromhex(lla), {"type": number, "lla": lla}


def naack(status, address=None):
    found = {"type": 20, "status": status}
    if not address:
        return bytes((20, 1, 0, status)) + b"\0" * 4, found
    return bytes((20, 3, 0, status)) + b"\0" * 4 + ip(address), {**found, "address": address}


def mtu(octets):
    return struct.pack("!BBHI", 5, 1, 0, octets), {"type": 5, "mtu": octets}


def prefix(length, flags, valid, preferred, address):
    return (struct.pack("!BBBBIII", 3, 4, length, flags, valid, preferred, 0) + ip(address),
            {"type": 3, "prefixlen": length, "flags": flags, "valid": valid,
             "preferred": preferred, "prefix": address})


class Message:
    """Octets of a message, what is found in it, and what is around it."""

    def __init__(self, source, destination, proto, hao, rh2, lla_len, data, found):
        self.source, self.destination, self.proto = source, destination, proto
        self.hao, self.rh2, self.lla_len = hao, rh2, lla_len
        self.data, self.found = data, found

    def ends(self):
        return self.hao or self.source, self.rh2 or self.destination

    def packet(self):
        # RFC 6275 6.3, 6.4.1: 24 octets before the message
        extension, first = b"", self.proto
        if self.hao:
            extension = bytes((self.proto, 2, 1, 2, 0, 0, 201, 16)) + ip(self.hao)
            first = 60
        if self.rh2:
            extension = bytes((self.proto, 2, 2, 1, 0, 0, 0, 0)) + ip(self.rh2)
            first = 43
        head = struct.pack("!IHBB", 6 << 28, len(extension + self.data), first, 255)
        return head + ip(self.source) + ip(self.destination) + extension + self.data

    def line(self):
        kind = "mh" if self.proto == 135 else "nd"
        return " ".join((kind, *self.ends(), self.data.hex(), "255", str(self.lla_len)))


def mobility(number, source, destination, fixed, found, options, hao=None, rh2=None, badf=None,
             proto=59):
    """badf: (mac, care-of address, Option Length)."""
    data = bytes((proto, 0, number, 0, 0, 0)) + fixed + b"".join(o for o, _ in options)
    found = {**found, "options": [value for _, value in options if value]}
    size = badf[0][1] if badf else 0
    end = len(data) + (6 + size if badf else 0)
    assert end % 8 == 0, "a layout does not end at a multiple of 8"
    data = data[:1] + bytes((end // 8 - 1,)) + data[2:]
    if badf:
        (digest, size), care_of, length = badf
        data += struct.pack("!BBI", 21, length, 0x100)
        mac = hmac.new(KEY, ip(care_of) + ip(PAR) + data, digest).digest()[:size]
        data += mac
        found["options"].append({"type": 21, "spi": 0x100, "bare_length": length == size,
                                 "authenticator": mac.hex()})
    message = Message(source, destination, 135, hao, rh2, 6, data, found)
    message.data = data[:4] + checksum(*message.ends(), 135, data) + data[6:]
    return message


def fbu(source, sequence, flags, lifetime, options, badf):
    return mobility(8, source, PAR, struct.pack("!HHH", sequence, flags, lifetime),
                    {"message": "FBU", "sequence": sequence, "flags": flags,
                     "lifetime": lifetime}, options, hao=PCOA, badf=badf)


def fback(destination, status, flags, lifetime, options, badf, rh2=None):
    return mobility(9, PAR, destination, struct.pack("!BBHH", status, flags, 1, lifetime),
                    {"message": "FBack", "status": status, "flags": flags, "sequence": 1,
                     "lifetime": lifetime}, options, badf=badf, rh2=rh2)


def hi(sequence, flags, code, options):
    return mobility(14, PAR, NAR, struct.pack("!HBB", sequence, flags, code),
                    {"message": "HI", "sequence": sequence, "flags": flags, "code": code},
                    options)


def hack(flags, code, options):
    return mobility(15, NAR, PAR, struct.pack("!HBB", 0x1234, flags, code),
                    {"message": "HAck", "sequence": 0x1234, "flags": flags, "code": code},
                    options)


def icmp(source, destination, number, code, body, found, options, lla_len=6):
    data = bytes((number, code, 0, 0)) + body + b"".join(o for o, _ in options)
    data = data[:2] + checksum(source, destination, 58, data) + data[4:]
    return Message(source, destination, 58, None, None, lla_len, data,
                   {**found, "options": [value for _, value in options if value]})


def rtsolpr(destination, identifier, options, lla_len=6):
    return icmp(MN_LINK, destination, 154, 0, struct.pack("!BBH", 2, 0, identifier),
                {"message": "RtSolPr", "identifier": identifier}, options, lla_len)


def prrtadv(code, identifier, options, multicast=False):
    return icmp(PAR_LINK, MN_LINK, 154, code,
                struct.pack("!BBH", 3, 0x80 if multicast else 0, identifier),
                {"message": "PrRtAdv", "code": code, "multicast": multicast,
                 "identifier": identifier}, [nd_lla(4, PAR_LLA), *options])


def neighbour(number, name, source, destination, flags, target, options):
    found = {"message": name, "flags": flags, "target": target}
    if number == 135:
        del found["flags"]
    return icmp(source, destination, number, 0, bytes((flags, 0, 0, 0)) + ip(target), found,
                options)


def ra(flags, options):
    return icmp(NAR_LINK, NCOA, 134, 0, struct.pack("!BBHII", 64, flags, 1800, 30000, 1000),
                {"message": "RA", "hop_limit": 64, "flags": flags, "lifetime": 1800,
                 "reachable": 30000, "retrans": 1000}, [link(1, NAR_LLA), *options])


def router(ap):
    return [nd_lla(1, ap), nd_lla(3, NAR_LLA), nd_address(3, 64, NAR),
            nd_address(4, 64, PREFIX)]


SENT = {
    "fbu-par-link": fbu(PCOA, 1, 0xc000, 10, [padn(2), altcoa(NCOA), padn(6)],
                        (SHA1, NCOA, 16)),
    "fbu-par-link-lla": fbu(PCOA, 65535, 0xf000, 65535,
                            [padn(2), altcoa(NCOA), mh_lla(MN), padn(5)], (SHA1, NCOA, 16)),
    "fbu-nar-link": fbu(NCOA, 2, 0xc000, 10, [padn(2)], (SHA1, NCOA, 16)),
    # RFC 6275 6.2.7: without a binding, the care-of address is the home address
    "fbu-release": fbu(PCOA, 3, 0xc000, 0, [padn(2), altcoa(NCOA), padn(6)], (SHA1, PCOA, 16)),
    # RFC 5094: aligned to 4n + 2; the number is of RFC 5612
    "fbu-down": fbu(NCOA, 7, 0xc000, 10, [padn(2), altcoa(NCOA), mh_lla(MN), pad1(),
                                         vendor(32473, 1, "5678000004d2"), padn(7)],
                    (SHA1, NCOA, 16)),
    "fbu-bare-length": fbu(NCOA, 4, 0xc000, 10, [padn(2)], (SHA1, NCOA, 12)),
    "fbu-sha256-128": fbu(PCOA, 5, 0xc000, 30, [padn(2), altcoa(NCOA), padn(2)],
                          (SHA256_128, NCOA, 20)),
    "fbu-sha256": fbu(PCOA, 6, 0xc000, 30, [padn(2), altcoa(NCOA), padn(2)],
                      (SHA256, NCOA, 36)),
    "fback-accepted": fback(NCOA, 0, 0, 10, [padn(2)], (SHA1, NCOA, 16)),
    "fback-altcoa": fback(PCOA, 1, 0, 8, [padn(2), altcoa(OTHER), padn(6)], (SHA1, OTHER, 16)),
    "fback-refused": fback(PCOA, 130, 0x80, 0, [padn(6)], (SHA256_128, NCOA, 20)),
    "fback-rh2": fback(NCOA, 0, 0, 10, [padn(6)], (SHA256, NCOA, 36), rh2=PCOA),
    "hi": hi(0x1234, 0x40, 0, [mh_lla(MN), pad1(), mh_address(1, 128, PCOA), padn(4),
                               mh_address(2, 128, NCOA)]),
    "hi-assign": hi(0x1235, 0xc0, 0, [mh_lla(MN), pad1(), mh_address(1, 128, PCOA)]),
    "hi-reactive": hi(0x1236, 0, 1, [mh_lla(MN), pad1(), mh_address(2, 128, NCOA), padn(4),
                                     mh_address(1, 128, PCOA)]),
    "hi-proxy-flags": hi(0x1237, 0x30, 0, [mh_lla(MN), pad1(), mh_address(3, 64, NAR), padn(4),
                                           mh_address(4, 64, PREFIX)]),
    "hi-unknown-option": hi(0x1238, 0, 0, [mh_lla(MN), unknown(200, "deadbeef01"), padn(2),
                                           mh_address(1, 128, PCOA)]),
    "hack": hack(0, 0, [padn(6)]),
    "hack-refused": hack(0, 130, [padn(6)]),
    "hack-proxy-flags": hack(0xe0, 5, [padn(6)]),
    "hack-assigned": hack(0, 2, [padn(2), mh_address(2, 128, OTHER)]),
    "hack-unsolicited": hack(0, 4, [mh_lla(MN), pad1(), mh_address(1, 128, PCOA)]),
    "be": mobility(7, PAR, NCOA, bytes((2, 0)) + ip(PCOA),
                   {"message": "BE", "status": 2, "home": PCOA}, []),
    "rtsolpr": rtsolpr(ALL_ROUTERS, 0xbeef, [nd_lla(4, MN), nd_lla(1, AP_A), nd_lla(1, AP_B)]),
    "rtsolpr-wildcard": rtsolpr(PAR_LINK, 1, [nd_lla(4, MN), nd_lla(0, "000000000000")]),
    "rtsolpr-eui64": rtsolpr(PAR_LINK, 2, [nd_lla(1, "02005efffe0053a1")], 8),
    "prrtadv": prrtadv(0, 0xbeef, router(AP_A) + [
        nd_lla(1, AP_B), nd_lla(3, NAR_B_LLA), nd_address(3, 128, NAR_B),
        nd_address(4, 60, PREFIX_B)]),
    "prrtadv-handover": prrtadv(1, 0, router(AP_A) + [nd_address(2, 128, NCOA)]),
    "prrtadv-nothing": prrtadv(2, 7, [nd_lla(5, AP_A), nd_lla(6, AP_B), nd_lla(7, AP_C)]),
    "prrtadv-partial": prrtadv(3, 8, [nd_lla(7, AP_C), *router(AP_A), nd_lla(6, AP_B)]),
    "prrtadv-neighbourhood": prrtadv(4, 0, router(AP_A), multicast=True),
    "prrtadv-dhcp": prrtadv(5, 9, router(AP_A)),
    "una": neighbour(136, "NA", NCOA, ALL_NODES, 0, NCOA, [link(2, MN)]),
    "na-router": neighbour(136, "NA", NAR_LINK, MN_LINK, 0xe0, NAR, [link(2, NAR_LLA)]),
    "ns-dad": neighbour(135, "NS", "::", NCOA_GROUP, 0, NCOA, []),
    "ns": neighbour(135, "NS", MN_LINK, NCOA_GROUP, 0, NCOA, [link(1, MN)]),
    "ra-naack": ra(0x40, [naack(1)]),
    "ra-naack-address": ra(0x40, [naack(2, OTHER)]),
    "ra-all-options": ra(0xfc, [naack(128), mtu(1492), prefix(64, 0xe0, 86400, 14400, NAR),
                                prefix(60, 0x80, 0xffffffff, 0, PREFIX_B)]),
}

# What others may send, and the codec does not.
RECEIVED = {
    # RFC 4068: two reserved octets; an IPv6 packet may follow
    "FNA": mobility(10, NCOA, NAR, bytes(2), {"message": "FNA"}, [mh_lla(MN), padn(7)]),
    "FNA with a packet behind": mobility(10, NCOA, NAR, bytes(2), {"message": "FNA"},
                                         [mh_lla(MN), padn(7)], proto=41),
    # RFC 7411 5.3: two words behind the first four octets
    "HI with a Multicast option": hi(1, 0, 0, [
        (bytes.fromhex("3c020200") + b"\x07" * 8, None), (bytes.fromhex("3d000001"), None),
        padn(6), mh_lla(MN), padn(7)]),
    # RFC 6275 6.2.1: any order, padding anywhere, none of it where we have it
    "HI with options anywhere": hi(2, 0x40, 0, [
        pad1(), pad1(), mh_address(2, 128, NCOA), mh_lla(MN), padn(3),
        unknown(17, "00" * 18)]),
    # RFC 6275 6.2.1: option 17 is DNS-UPDATE, though RFC 5568 6.4.2 has it
    "HI with option 17": hi(3, 0, 0, [unknown(17, "0180" + ip(PCOA).hex()), padn(2)]),
    # RFC 5568 6.4.6: the address "in the form of an IP Address Option"
    "NAACK with an option": ra(0, [
        (bytes((20, 4, 0, 2)) + bytes(4) + nd_address(2, 128, OTHER)[0],
         {"type": 20, "status": 2, "address": OTHER})]),
    "NAACK before an option": ra(0, [naack(2), nd_address(2, 128, OTHER)]),
    "RtSolPr with unknown options": rtsolpr(ALL_ROUTERS, 5, [
        (bytes((200, 2)) + b"\xff" * 14, None), nd_lla(1, AP_A),
        (bytes((253, 1)) + bytes(6), None)]),
    # no address in a wildcard: the shortest option
    "RtSolPr with a short wildcard": rtsolpr(ALL_ROUTERS, 6, [
        (bytes((19, 1, 0)) + bytes(5), {"type": 19, "code": 0, "lla": "000000000000"})]),
}

count = bad = 0


def result(right, name, *why):
    global count, bad
    count += 1
    bad += not right
    print("ok" if right else "not ok", count, name)
    for line in why if not right else ():
        print("#", line)


def emitted():
    text = subprocess.run([f"{PROGRAMS}/emit", "values"], check=True, capture_output=True,
                          text=True).stdout
    return {value["name"]: value for value in map(json.loads, text.splitlines())}


def decoded(messages):
    text = subprocess.run([f"{PROGRAMS}/decode"], check=True, capture_output=True, text=True,
                          input="".join(m.line() + "\n" for m in messages)).stdout
    return [json.loads(line) for line in text.splitlines()]


def main():
    print("TAP version 13")
    ours = emitted()
    result(ours.keys() == SENT.keys(), "every sample is laid out here",
           f"{sorted(ours.keys() ^ SENT.keys())}")
    for name, message in SENT.items():
        value = ours.get(name, {"octets": "", "packet": ""})
        result(value["octets"] == message.data.hex(), f"octets of {name}",
               f"codec  {value['octets']}", f"layout {message.data.hex()}")
        result(value["packet"] == message.packet().hex(), f"packet of {name}",
               f"codec  {value['packet']}", f"layout {message.packet().hex()}")
    everything = {**SENT, **RECEIVED}
    for (name, message), found in zip(everything.items(), decoded(everything.values())):
        result(found == message.found, f"values of {name}", f"codec  {found}",
               f"layout {message.found}")
    print(f"1..{count}")
    return bad != 0


if __name__ == "__main__":
    raise SystemExit(main())
