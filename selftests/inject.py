#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""inject.py - send packets that are given in the words of scapy

Each line "NETNS EXPRESSION" of standard input is an IPv6 or IPv4 packet, or a
list of them, which is sent from that network namespace by the way of its routing
table; or Together(PACKET...), UDP over IPv4 from an address there to one port, all
but the last of one length, which leave a socket as one large packet.  It is
answered by one line on standard output: "sent", or what is wrong with it.
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

UDP_SEGMENT = 103


class Together:
    """Datagrams that a socket segments."""

    def __init__(self, *packets):
        first = packets[0]
        self.source = first[IP].src, first[UDP].sport
        self.destination = first[IP].dst, first[UDP].dport
        self.payloads = [bytes(packet[UDP].payload) for packet in packets]

    def send(self, netns):
        enter(netns)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(self.source)
            sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(self.payloads[0]))
            sock.sendto(b"".join(self.payloads), self.destination)


WORDS = {word.__name__: word for word in (
    GRE, ICMP, ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr, ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IP,
    IPOption_Router_Alert, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN,
    Raw, RouterAlert, TCP, Together, UDP, fragment, fragment6)}


def enter(netns):
    """A socket stays in the namespace in which it was made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), netns)


@functools.cache
def socket_of(netns, family):
    enter(netns)
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
    if isinstance(packets, Together):
        packets.send(netns)
        return
    for packet in packets if isinstance(packets, list) else [packets]:
        send_packet(netns, bytes(packet))


for request in sys.stdin:
    try:
        send(request)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    else:
        print("sent", flush=True)
