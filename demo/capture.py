# SPDX-License-Identifier: GPL-2.0-only
"""Reads the messages of a handover out of a capture, by their layout in the RFCs."""

import struct

ETHERNET = 14
MH = 135
ICMPV6 = 58
ENCAPSULATED = 41
WALKED = (0, 43, 60)    # headers before it: hop-by-hop, routing, destination options
MOBILITY = {8: "FBU", 9: "FBack", 14: "HI", 15: "HAck"}
FAST_HANDOVER = {2: "RtSolPr", 3: "PrRtAdv"}
NAACK = 20


class Refused(Exception):
    """This is not what tcpdump writes."""


def packets(data):
    """Nanoseconds of CLOCK_REALTIME, and the frame, of each packet."""
    if len(data) < 24:
        return
    units = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}
    magic, link = struct.unpack_from("<I16xI", data)
    if magic not in units or link != 1:
        raise Refused("not a capture of an Ethernet link")
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, length = struct.unpack_from("<III", data, at)
        yield seconds * 10**9 + fraction * units[magic], data[at + 16:at + 16 + length]
        at += 16 + length


def icmpv6_name(body, source):
    kind = body[0]
    if kind == 154 and len(body) > 4:
        return FAST_HANDOVER.get(body[4])
    if kind == 136 and len(body) >= 24 and not body[4] & 0x40 and body[8:24] == source:
        return "UNA"
    at = 16
    while kind == 134 and at + 2 <= len(body) and body[at + 1]:
        if body[at] == NAACK:
            return "NAACK"
        at += 8 * body[at + 1]
    return None


def name_of(frame):
    """What message it is, "tunnelled", or None."""
    packet = frame[ETHERNET:]
    if len(packet) < 48 or packet[0] >> 4 != 6:
        return None
    kind, at = packet[6], 40
    while kind in WALKED and at + 8 <= len(packet):
        kind, at = packet[at], at + 8 * (packet[at + 1] + 1)
    body = packet[at:]
    if kind == ENCAPSULATED:
        return "tunnelled"
    if kind == MH and len(body) > 2:
        return MOBILITY.get(body[2])
    if kind == ICMPV6 and body:
        return icmpv6_name(body, packet[8:24])
    return None


def messages(data, offset):
    """(nanoseconds of CLOCK_MONOTONIC, name) of those that have one."""
    named = ((ns + offset, name_of(frame)) for ns, frame in packets(data))
    return [(ns, name) for ns, name in named if name]
