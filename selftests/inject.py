#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""inject.py - send packets that are given in the words of scapy

Each line "NETNS EXPRESSION" of standard input is an IPv6 or IPv4 packet, or a
list of them, which is sent from that network namespace by the way of its routing
table.  It is answered by one line on standard output: "sent", or what is wrong
with it.
"""
import ctypes
import functools
import os
import socket
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_Router_Alert, fragment
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS,
                                ICMPv6ND_RS, ICMPv6NDOptDstLLAddr, ICMPv6PacketTooBig,
                                ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN, RouterAlert,
                                fragment6)
from scapy.layers.l2 import GRE
from scapy.packet import Raw

WORDS = {word.__name__: word for word in (
    GRE, ICMP, ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr, ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IP,
    IPOption_Router_Alert, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN,
    Raw, RouterAlert, TCP, UDP, fragment, fragment6)}


@functools.cache
def socket_of(netns, family):
    """A socket stays in the namespace in which it was made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), netns)
    return socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)


def send_packet(netns, packet):
    if packet[0] >> 4 == 6:
        family, destination = socket.AF_INET6, packet[24:40]
    else:
        family, destination = socket.AF_INET, packet[16:20]
    address = socket.inet_ntop(family, destination)
    socket_of(netns, family).sendto(packet, (address, 0))


def send(line):
    netns, expression = line.split(maxsplit=1)
    packets = eval(expression, dict(WORDS))
    for packet in packets if isinstance(packets, list) else [packets]:
        send_packet(netns, bytes(packet))


for request in sys.stdin:
    try:
        send(request)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    else:
        print("sent", flush=True)
