# SPDX-License-Identifier: GPL-2.0-only
"""Writes a capture: pcap.py FILE, with lines "MILLISECONDS NAME" on standard input.

Each message is as long and has the octets in the place by which the RFCs know it, and
zeros otherwise.
"""

import struct
import sys

NCOA = bytes.fromhex("20010db8000200000000000000000010")


def ipv6(next_header, payload):
    return (bytes([0x60, 0, 0, 0]) + struct.pack(">HBB", len(payload), next_header, 255) +
            NCOA + bytes(16) + payload)


def mobility(kind):         # RFC 6275 section 6.1.1
    return bytes([59, 1, kind]) + bytes(13)


def fast_handover(subtype):     # RFC 5568 section 6.1
    return bytes([154, 0, 0, 0, subtype]) + bytes(3)


HOME_ADDRESS = bytes([135, 2, 1, 2, 0, 0, 201, 16]) + bytes(16)
MESSAGES = {
    "RtSolPr": ipv6(58, fast_handover(2)),
    "PrRtAdv": ipv6(58, fast_handover(3)),
    "FBU": ipv6(60, HOME_ADDRESS + mobility(8)),
    "FBack": ipv6(135, mobility(9)),
    "HI": ipv6(135, mobility(14)),
    "HAck": ipv6(135, mobility(15)),
    "UNA": ipv6(58, bytes([136]) + bytes(7) + NCOA + bytes([2, 1]) + bytes(6)),
    # An answer to a question, and an announcement by another than it is about.
    "NA": ipv6(58, bytes([136, 0, 0, 0, 0x40]) + bytes(3) + NCOA),
    "NA-of-other": ipv6(58, bytes([136]) + bytes(7) + NCOA[::-1]),
    "RA": ipv6(58, bytes([134]) + bytes(15) + bytes([1, 1]) + bytes(6)),
    "NAACK": ipv6(58, bytes([134]) + bytes(15) + bytes([1, 1]) + bytes(6) +
                  bytes([20, 1]) + bytes(6)),
    "tunnelled": ipv6(41, ipv6(17, bytes(8))),
    "short": bytes([0x60, 0, 0]),
}

with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for line in sys.stdin:
        when, name = line.split()
        us = round(float(when) * 1000)
        frame = bytes(12) + b"\x86\xdd" + MESSAGES[name]
        file.write(struct.pack("<IIII", us // 10**6, us % 10**6, len(frame), len(frame)) + frame)
