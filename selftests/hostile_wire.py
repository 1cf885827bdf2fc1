# SPDX-License-Identifier: GPL-2.0-only
"""The wires of hostile.py: frames into a router, what comes out, and what it counts.

A frame is sent on the other end of one of the router's links as it is, right or
wrong.  All that follows from it is known when packets that were sent after it by the
same link have come out on the other side: one by fmip's short way, and one by way of
the fmip device, each behind all that went its way before.
"""
import ctypes
import os
import select
import socket
import struct

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86dd
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
PATIENCE = 30

NETLINK_GENERIC, GENL_ID_CTRL = 16, 16
CTRL_CMD_GETFAMILY, CTRL_FAMILY_ID, CTRL_FAMILY_NAME = 3, 1, 2
NLM_F_REQUEST, NLMSG_ERROR = 1, 2
CMD_STATS_GET = 13
# FMIP_STATS_A_*: those that a case is judged by
NUMBERS = {2: "received", 4: "sent", 6: "buffered", 11: "decap", 14: "attached",
           15: "rejected", 16: "answers"}
STATS_DROPPED, DROPPED_REASON, DROPPED_PACKETS = 13, 2, 3
# enum fmip_drop
REASONS = """none not-forwarding hop-limit source xfrm too-big firewall limit-packets
    limit-bytes limit-netns limit-module aged expired deleted device no-target no-route
    nesting xmit no-memory not-accepted malformed ecn nd checksum fragment""".split()

# What the stack counts of packets that it refuses.
REFUSED = """Ip6InHdrErrors Ip6InTruncatedPkts Ip6InAddrErrors Ip6InUnknownProtos
    Ip6InDiscards Ip6InNoRoutes Ip6ReasmFails Ip6ReasmOKs Ip6FragFails Udp6NoPorts
    Udp6InErrors Icmp6OutParmProblems Icmp6OutTimeExcds Icmp6OutPktTooBigs IpInHdrErrors
    IpInAddrErrors IpInUnknownProtos IpInDiscards IpReasmFails IpReasmOKs UdpNoPorts
    UdpInErrors IpExtInTruncatedPkts IpExtInNoRoutes IcmpOutParmProbs
    IcmpOutTimeExcds""".split()


def enter(netns):
    """Sockets and files that are opened from now on are those of the namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), netns)


def attributes(data):
    """The netlink attributes of a message, as pairs of type and bytes."""
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


class Fmip:
    """The counters of fmip in the namespace where this is made."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((0, 0))
        name = struct.pack("=HH", 4 + 5, CTRL_FAMILY_NAME) + b"fmip\0" + b"\0" * 3
        self.family = GENL_ID_CTRL
        answer = dict(attributes(self.ask(CTRL_CMD_GETFAMILY, name)))
        self.family = struct.unpack("=H", answer[CTRL_FAMILY_ID])[0]

    def ask(self, command, body=b""):
        self.sock.send(struct.pack("=IHHII", 20 + len(body), self.family, NLM_F_REQUEST, 0, 0) +
                       struct.pack("=BBxx", command, 1) + body)
        answer = self.sock.recv(65536)
        if struct.unpack_from("=H", answer, 4)[0] == NLMSG_ERROR:
            raise OSError(f"netlink refuses command {command}")
        return answer[20:]

    def read(self):
        counts = {}
        for kind, value in attributes(self.ask(CMD_STATS_GET)):
            if kind in NUMBERS:
                counts[NUMBERS[kind]] = struct.unpack("=Q", value)[0]
            if kind == STATS_DROPPED:
                for _, item in attributes(value):
                    item = dict(attributes(item))
                    counts[REASONS[item[DROPPED_REASON][0]]] = \
                        struct.unpack("=Q", item[DROPPED_PACKETS])[0]
        return counts


class Stack:
    """The counters of the kernel's own stack in the namespace where this is made."""

    def __init__(self):
        self.six = open("/proc/thread-self/net/snmp6", encoding="ascii")
        self.four = [open(f"/proc/thread-self/net/{name}", encoding="ascii")
                     for name in ("snmp", "netstat")]

    def read(self):
        self.six.seek(0)
        counts = dict(line.split() for line in self.six)
        for file in self.four:
            file.seek(0)
            for names in file:
                prefix, *names = names.split()
                values = next(file).split()[1:]
                counts.update((prefix[:-1] + name, value)
                              for name, value in zip(names, values))
        return {name: int(counts.get(name, 0)) for name in REFUSED}


class Link:
    """The other end of a link of the router."""

    def __init__(self, netns, dev, router_mac):
        enter(netns)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        self.sock.bind((dev, ETH_P_ALL))
        self.mac = self.sock.getsockname()[4]
        self.router_mac = router_mac

    def send(self, packet, header=None):
        """Either version goes by its first four bits, whatever follows them."""
        if header is None:
            kind = ETH_P_IP if packet[:1] and packet[0] >> 4 == 4 else ETH_P_IPV6
            header = self.router_mac + self.mac + struct.pack("!H", kind)
        self.sock.send(header + packet)

    def received(self):
        """IP packets from the router but for ICMP, which all of this may lead to."""
        while True:
            try:
                frame, address = self.sock.recvfrom(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            packet = frame[14:]
            if address[2] == PACKET_OUTGOING:
                continue
            if address[1] == ETH_P_IPV6 and packet[6] not in (58, 0) or \
               address[1] == ETH_P_IP and packet[9] not in (1, 2):
                yield packet


def dport(packet):
    """The UDP or TCP port that a packet without options is for."""
    return struct.unpack_from("!H", packet, 42 if packet[0] >> 4 == 6 else 22)[0] \
        if len(packet) > 44 else None


class Router:
    """The router: sends it packets, and tells what becomes of them."""

    def __init__(self, netns, links, marks):
        """links by name; marks by link: good packets that come out of another link."""
        self.links = links
        self.marks = marks
        self.ports = [dport(inside(mark)) for mark in next(iter(marks.values()))[1]]
        enter(netns)
        self.fmip, self.stack = Fmip(), Stack()

    def counters(self):
        return {**self.fmip.read(), **self.stack.read()}

    def settle(self, name, came):
        """All that was sent by this link is through, once; adds what came, by link."""
        to, packets, _ = self.marks[name]
        for packet in packets:
            self.links[name].send(packet)
        missing = set(self.ports)
        while missing:
            if not select.select([self.links[to].sock], [], [], PATIENCE)[0]:
                raise TimeoutError("a good packet does not get through")
            missing -= self.collect(came)
        self.collect(came)

    def collect(self, came):
        """Adds what has come to what came; returns the marks that are among it."""
        marks = set()
        for name, link in self.links.items():
            for packet in link.received():
                if dport(inside(packet)) in self.ports:
                    marks.add(dport(inside(packet)))
                else:
                    came[name].append(packet)
        return marks

    def outcome(self, name, packets, header=None, rounds=1):
        """Sends packets by a link, and returns what was counted, and what came.

        What is in several tunnels is received on the fmip device as often.
        """
        before, came = self.counters(), {link: [] for link in self.links}
        for packet in packets:
            self.links[name].send(packet, header)
        for _ in range(rounds):
            self.settle(name, came)
        after = self.counters()
        for count, number in self.marks[name][2].items():
            after[count] -= number * rounds
        return {count: after[count] - before.get(count, 0) for count in after
                if after[count] != before.get(count, 0)}, came


def inside(packet):
    """What is in an IPv6 packet, if that is another one."""
    return packet[40:] if packet[0] >> 4 == 6 and packet[6] in (41, 4) else packet
