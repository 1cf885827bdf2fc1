#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""inject.py - send packets that are given in the words of scapy

Each line "NETNS EXPRESSION" of standard input is an IPv6 packet, which is sent
from that network namespace by the way of its routing table.  It is answered by
one line on standard output: "sent", or what is wrong with it.
"""
import ctypes
import functools
import os
import socket
import sys

from scapy.layers.inet import UDP
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN, RouterAlert)
from scapy.packet import Raw

WORDS = {word.__name__: word for word in (
    ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
    PadN, Raw, RouterAlert, UDP)}


@functools.cache
def socket_of(netns):
    """A socket stays in the namespace in which it was made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), netns)
    return socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)


def send(line):
    netns, expression = line.split(maxsplit=1)
    packet = bytes(eval(expression, dict(WORDS)))
    destination = socket.inet_ntop(socket.AF_INET6, packet[24:40])
    socket_of(netns).sendto(packet, (destination, 0))


for request in sys.stdin:
    try:
        send(request)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    else:
        print("sent", flush=True)
