#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-only
#
# The control socket as a program sees it, and as fmipctl does: PROGRAMS is where the
# program serve is, whose nodes are in virtual time, and FMIPCTL is fmipctl.

import datetime
import functools
import json
import os
import re
import socket
import subprocess
import time

import cases
from cases import require, run_all, same

SERVE = os.path.join(os.path.abspath(os.environ["PROGRAMS"]), "serve")
FMIPCTL = os.path.abspath(os.environ["FMIPCTL"])
PCOA = "2001:db8:1::10"
AP = "02:00:00:00:aa:02"
START = {"command": "start", "node": PCOA, "ap": AP}
LONGEST = 4096


class World:
    """The nodes, which move when they are told to."""

    def __init__(self):
        self.serve = subprocess.Popen([SERVE, "."], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.serve.stdout.readline()

    def do(self, *orders):
        for order in orders:
            self.serve.stdin.write(f"{order}\n")
            self.serve.stdin.flush()
            same(self.serve.stdout.readline(), "\n")

    def end(self):
        self.serve.stdin.close()
        status = self.serve.wait(60)
        self.serve.stdout.close()
        require(status == 0, f"serve ended with {status}")
        same(os.listdir("."), [])


def test(function):
    """It is given the nodes, which end with it."""
    @functools.wraps(function)
    def in_world():
        world = World()
        try:
            function(world)
            world.end()
        finally:
            world.serve.kill()
            world.serve.wait()
    return cases.test(in_world)


class Client:
    def __init__(self, node="par"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(node)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        try:
            line = self.file.readline()
        except ConnectionResetError:
            # So it ends where something that was sent was not read.
            return None
        return json.loads(line) if line else None

    def ask(self, request):
        self.send(json.dumps(request).encode() + b"\n")
        return self.receive()

    def error(self, request):
        return self.ask(request).get("error")

    def close(self):
        self.file.close()
        self.socket.close()


@test
def an_answer_for_each_line(world):
    client = Client()
    client.send(b'{"command":"show neighbours"}\n{"command":"x"}\n{"command":"cancel","id":1}\n')
    same([n["name"] for n in client.receive()["result"]], ["nar", "old"])
    same(client.receive(), {"error": '"x": there is no such command', "errno": "EINVAL"})
    same(client.receive()["errno"], "ENOENT")
    client.close()


@test
def a_line_may_come_in_pieces(world):
    client = Client()
    for octet in b'{"command":"complete"}\n':
        client.send(bytes([octet]))
    same(client.receive()["error"], "this node has no role that could do so")
    # One that never ends is nothing.
    client.send(b'{"command":"start"')
    client.socket.shutdown(socket.SHUT_WR)
    same(client.receive(), None)
    client.close()


@test
def who_has_said_all_still_hears_the_answer(world):
    client = Client()
    client.send(b'{"command":"show counters"}\n' * 100)
    client.socket.shutdown(socket.SHUT_WR)
    for _ in range(100):
        require("received" in client.receive()["result"])
    same(client.receive(), None)
    client.close()


@test
def the_longest_line(world):
    client = Client()
    line = json.dumps({"command": "show counters"}).encode()
    client.send(line + b" " * (LONGEST - len(line)) + b"\n")
    require("result" in client.receive())
    client.send(line + b" " * (LONGEST - len(line) + 1) + b"\n" + line + b"\n")
    same(client.receive(), {"error": "a line is longer than 4096 octets"})
    same(client.receive(), None)
    client.close()


@test
def a_line_without_an_end(world):
    client = Client()
    client.send(b"x" * (LONGEST + 1))
    same(client.receive(), {"error": "a line is longer than 4096 octets"})
    same(client.receive(), None)
    client.close()
    # Others do not notice.
    other = Client()
    require("result" in other.ask({"command": "show counters"}))
    other.close()


@test
def hostile_input(world):
    client = Client()
    for line in (b"[" * 2000, b'{"command":' * 300, b"\0", b"\xff\xfe", b"{}", b"1e999",
                 b'{"command":{"command":"monitor"}}', b'{"command":["monitor"]}',
                 b'{"command":"start","ap":' + b"9" * 400 + b"}",
                 b'{"command":"start","ap":"' + b"02:" * 1000 + b'"}'):
        client.send(line + b"\n")
        answer = client.receive()
        require(sorted(answer) == ["errno", "error"] and answer["errno"] == "EINVAL",
                line[:40], answer)
        require(len(answer["error"]) < 200, answer)
    require("result" in client.ask({"command": "show counters"}))
    client.close()


@test
def the_seventeenth_client(world):
    clients = [Client() for _ in range(16)]
    for client in clients:
        require("result" in client.ask({"command": "show counters"}))
    last = Client()
    same(last.receive(), {"error": "there are 16 clients already"})
    same(last.receive(), None)
    last.close()
    clients.pop().close()
    # The one that went is known to be gone once another one has been answered.
    require("result" in clients[0].ask({"command": "show counters"}))
    again = Client()
    require("result" in again.ask({"command": "show counters"}))
    for client in [again, *clients]:
        client.close()


@test
def who_does_not_read_is_not_served(world):
    client, other = Client(), Client()
    client.socket.setblocking(False)
    request = b'{"command":"show counters"}\n' * 1000
    sent, stuck = 0, 0
    # What answers take is not the daemon's memory: no more is read, however often it
    # is at the others.
    while sent < 4 << 20 and stuck < 10:
        try:
            sent += client.socket.send(request)
            stuck = 0
        except BlockingIOError:
            stuck += 1
            require("result" in other.ask({"command": "show counters"}))
    require(stuck == 10, f"{sent} octets were taken")
    other.close()
    client.socket.settimeout(30)
    same(client.receive()["result"]["received"], 0)
    client.close()


@test
def a_handover_is_told_of(world):
    par, mn, bystander = Client(), Client("mn"), Client()
    world.do("learn")
    same(par.ask({"command": "monitor"}), {"result": None})
    same(mn.ask({"command": "monitor"}), {"result": None})
    same(par.ask(START), {"result": None})
    world.do(60, "detach", 50, "attach", 50)
    event = mn.receive()
    same((event["event"], event["role"], event["text"]), ("state", "mn", "ready to leave"))
    event = par.receive()
    same((event["event"], event["text"], event["peer"], event["pcoa"]),
         ("state", "redirected", "nar", PCOA))
    require("record" not in event)
    same(mn.ask({"command": "complete"})["event"], "finished")
    same(mn.receive(), {"result": None})
    world.do(31000)
    event = par.receive()
    same((event["event"], event["text"], event["record"]["mode"]),
         ("finished", "expired", "predictive"))
    steps = [step["what"] for step in event["record"]["steps"]]
    for step in ("fbu", "hi", "hack", "redirected", "fback", "link down"):
        require(step in steps, step, steps)
    times = [step["ns"] for step in event["record"]["steps"]]
    same(times, sorted(times))
    finished = [h for h in bystander.ask({"command": "show handovers"})["result"]
                if h["state"] == "finished"]
    same(len(finished), 1)
    same(finished[0]["record"], event["record"])
    # Who does not monitor has been told nothing.
    require("result" in bystander.ask({"command": "show counters"}))
    for client in (par, mn, bystander):
        client.close()


@test
def who_reads_too_slowly_is_cut_off(world):
    slow, quick = Client(), Client()
    require("result" in slow.ask({"command": "monitor"}))
    world.do("flood")
    events, last = 0, None
    while (answer := slow.receive()) is not None:
        events, last = events + 1, answer
    same(last, {"error": "more has happened than was read: cut off"})
    require(10 < events < 1000, f"{events} events")
    same(len(quick.ask({"command": "show handovers"})["result"]), 2)
    for client in (slow, quick):
        client.close()


@test
def keys_are_not_shown_again(world):
    client = Client()
    secret = "a5" * 20
    key = {"command": "add key", "pcoa": f"{PCOA}/128", "spi": 256, "key": secret}
    for command in ("add key", "replace key", "add key"):
        answer = json.dumps(client.ask({**key, "command": command}))
        require(secret[:8] not in answer, answer)
    answer = json.dumps(client.ask({**key, "key": secret + "x"}))
    require("expected hexadecimal" in answer and secret[:8] not in answer, answer)
    for what in ("handovers", "neighbours", "counters"):
        answer = json.dumps(client.ask({"command": f"show {what}"}))
        require(secret[:8] not in answer, answer)
    client.close()


@test
def the_socket_is_its_owners(world):
    same(os.stat("par").st_mode & 0o777, 0o600)


@test
def the_socket_takes_the_place_of_a_dead_one_only(world):
    def begin():
        return subprocess.run([SERVE, "d"], capture_output=True, text=True, timeout=60,
                              input="")

    def is_in_the_way(error):
        done = begin()
        same((done.returncode, done.stderr), (1, f"serve: d/par: {error}\n"))

    os.mkdir("d")
    with open("d/par", "w") as file:
        file.write("of somebody")
    is_in_the_way("File exists")
    with open("d/par") as file:
        same(file.read(), "of somebody")
    os.unlink("d/par")
    os.symlink("../par", "d/par")
    is_in_the_way("File exists")
    same(os.readlink("d/par"), "../par")
    os.unlink("d/par")
    lives = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    lives.bind("d/par")
    lives.listen()
    is_in_the_way("Address already in use")
    lives.close()
    done = begin()
    same((done.returncode, done.stderr), (0, ""))
    os.rmdir("d")


def fmipctl(*words, node="par", status=0, err="", stdin=None):
    done = subprocess.run([FMIPCTL, "-c", node, *words], capture_output=True, text=True,
                          timeout=60, input=stdin)
    same((done.returncode, done.stderr), (status, err and f"fmipctl: {err}\n"))
    return done.stdout


def matches(text, *patterns):
    lines = text.splitlines()
    same(len(lines), len(patterns))
    for line, pattern in zip(lines, patterns):
        require(re.fullmatch(pattern, line), line, pattern)


@test
def fmipctl_shows_neighbors(world):
    same(fmipctl("neighbor", "show"),
         "nar address 2001:db8:2::1 lladdr 02:00:00:00:00:32\nold no-fmip\n")
    shown = json.loads(fmipctl("-j", "neighbour"))
    same([n["name"] for n in shown], ["nar", "old"])
    same(shown[0]["fmip"], True)


@test
def fmipctl_shows_counters(world):
    world.do("learn")
    lines = fmipctl("handover", "counters").splitlines()
    require("received 1" in lines and "flood 0" in lines, lines)
    same(json.loads(fmipctl("-j", "handover", "counters"))["received"], 1)


@test
def fmipctl_hands_over(world):
    world.do("learn")
    matches(fmipctl("handover", node="mn"), "mn here par 2001:db8:1::1 dev link1")
    same(fmipctl("handover", "start", "ap", AP, node="mn"), "")
    world.do(60)
    matches(fmipctl("handover", "show", node="mn"),
            f"mn leaving pcoa {PCOA} ncoa 2001:db8:2::ff:fe00:10 par 2001:db8:1::1 "
            f"nar 2001:db8:2::1 ap {AP} dev link1 mode predictive fbu_to_fback 20.000ms")
    fmipctl("handover", "start", "ap", AP, node="mn", status=2,
            err="handover start: a handover of this node is under way")
    fmipctl("handover", "complete", node="mn", status=2,
            err="handover complete: there is no handover to complete")
    world.do("detach", 50, "attach", 50)
    same(fmipctl("handover", "complete", node="mn"), "")
    same(fmipctl("agent", "stop", node="mn"), "")
    matches(fmipctl("-s", "handover", "show", node="mn"),
            "mn here par 2001:db8:2::1 dev link1",
            f'mn finished complete pcoa {PCOA} ncoa 2001:db8:2::ff:fe00:10 time '
            r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z mode predictive silence 50.000ms "
            r"link_gap 50.000ms link_up_to_una 0.000ms fbu_to_fback 20.000ms",
            "    at 0.000ms send fbu", "    at 20.000ms fback", "    at 60.000ms link down",
            "    at 110.000ms link up", "    at 110.000ms send una")
    finished = json.loads(fmipctl("-j", "handover", "show", node="mn"))[1]
    same(finished["record"]["parts_ns"]["link_gap"], 50_000_000)


# It is no part of a handover, and not one word from what ends one.
@test
def fmipctl_stops_the_daemon(world):
    fmipctl("handover", "end", status=1,
            err="handover: \"end\" is unknown, see 'help'")
    same(fmipctl("agent", "stop"), "")


@test
def fmipctl_shows_all(world):
    world.do("learn", "crowd")
    same(len(fmipctl("handover").splitlines()), 1)
    shown = fmipctl("handover", "show", "all").splitlines()
    same((len(shown), len(set(shown))), (301, 301))
    shown = json.loads(fmipctl("-j", "handover", "show", "all"))
    same(len({h["pcoa"] for h in shown}), 301)
    matches(fmipctl("handover", "show", "node", "2001:db8:1::c:105"),
            "par known pcoa 2001:db8:1::c:105 dev link1 lladdr 02:00:00:00:01:05")
    fmipctl("handover", "show", "all", "node", PCOA, status=1,
            err='handover show: "node" is too much, see \'help\'')


@test
def fmipctl_says_what_is_left_out(world):
    world.do("flood")
    shown = fmipctl("-s", "handover", "show").splitlines()
    same([i for i, line in enumerate(shown[:54]) if line == "    ... 5 left out"], [33])
    same(len([line for line in shown[1:50] if "send hi again" in line]), 48)


@test
def fmipctl_invites(world):
    world.do("learn")
    lla = "02:00:00:00:00:10"
    far = ("router", "2001:db8:1::1")
    fmipctl("handover", "invite", "node", PCOA, "lladdr", lla, *far, status=2,
            err="handover invite: no neighbour that speaks RFC 5568 has that address")
    fmipctl("handover", "invite", "node", PCOA, "lladdr", lla, *far, node="mn", status=2,
            err="handover invite: this node has no role that could do so")
    same(fmipctl("handover", "invite", "node", PCOA, "lladdr", lla, *far, node="nar"), "")
    world.do(30)
    # The other router asks for an address there, with a HI.
    same(json.loads(fmipctl("-j", "handover", "counters", node="nar"))["received"], 1)


@test
def fmipctl_advertises(world):
    far = ("neighbor", "advertise")
    fmipctl(*far, "dev", "link7", status=2,
            err='neighbor advertise: interface: "link7" is none of the configuration')
    fmipctl(*far, "node", "2001:db8:1::99", status=2,
            err="neighbor advertise: no link of this router has a node with that address")
    fmipctl(*far, "dev", "link1", "ap", "02:00:00:00:aa:03", status=2,
            err="neighbor advertise: the neighbour with that access point does not speak "
                "RFC 5568")
    world.do(30)
    same(json.loads(fmipctl("-j", "handover", "counters", node="mn"))["received"], 0)
    same(fmipctl(*far, "dev", "link1"), "")
    same(fmipctl(*far, "node", PCOA, "ap", AP), "")
    world.do(30)
    same(json.loads(fmipctl("-j", "handover", "counters", node="mn"))["received"], 2)
    matches(fmipctl("handover", node="mn"), "mn here .*")


@test
def fmipctl_starts_later(world):
    def at(shown):
        return datetime.datetime.fromisoformat(shown[:26]).replace(
            tzinfo=datetime.timezone.utc).timestamp()

    now = time.time()
    line = fmipctl("handover", "start", "node", PCOA, "ap", AP, "at", "+1800s")
    matches(line, rf"scheduled id 1 pcoa {PCOA} ap {AP} at (\S+)Z")
    require(abs(at(line.split()[-1]) - now - 1800) < 60, line)
    line = fmipctl("handover", "start", "ap", AP, "at", "2200-02-28T12:30:00.5+01:00")
    matches(line, rf"scheduled id 2 ap {AP} at 2200-02-28T11:30:00\.500000000Z")
    made = json.loads(fmipctl("-j", "handover", "start", "ap", AP, "at", "@7264000000.25"))
    same((made["id"], made["at_ns"]), (3, 7264000000250000000))
    same([h["id"] for h in json.loads(fmipctl("-j", "handover"))], [1, 2, 3])
    same([h["id"] for h in json.loads(fmipctl("-j", "handover", "show", "node", PCOA))], [1])
    fmipctl("handover", "cancel", "id", "2")
    fmipctl("handover", "cancel", "id", "2", status=2,
            err="handover cancel: id: no handover 2 is scheduled")
    same([h["id"] for h in json.loads(fmipctl("-j", "handover"))], [1, 3])
    fmipctl("handover", "start", "ap", AP, "at", "@1", status=2,
            err="handover start: at: that moment is in the past")


@test
def what_is_scheduled_is_told_of(world):
    monitor = subprocess.Popen([FMIPCTL, "-j", "-c", "par", "handover", "monitor", "count",
                                "1", "timeout", "30s"], stdout=subprocess.PIPE, text=True)
    client = Client()
    while True:
        # It is refused when its time comes, which the first to monitor is told.
        client.ask({**START, "node": "2001:db8:1::99", "at": time.time_ns() + 20_000_000})
        try:
            out, _ = monitor.communicate(timeout=0.1)
            break
        except subprocess.TimeoutExpired:
            pass
    event = json.loads(out)
    same((event["event"], event["role"], event["text"]),
         ("refused", "operator", "no link of this router has a node with that address"))
    same(monitor.returncode, 0)
    client.close()


@test
def fmipctl_monitors(world):
    fmipctl("handover", "monitor", "count", "1", "timeout", "10ms", status=1,
            err="handover monitor: what was waited for has not come within 10ms")
    same(fmipctl("handover", "monitor", "timeout", "10ms"), "")


@test
def fmipctl_changes_keys(world):
    secret = "a5" * 20
    key = ("pcoa", PCOA, "spi", "256", "key")
    same(fmipctl("key", "add", *key, secret), "")
    fmipctl("key", "add", *key, secret, status=2,
            err="key add: there is such a key already")
    same(fmipctl("key", "replace", *key, "-", stdin=f"{secret[2:]}5a\n"), "")
    fmipctl("key", "replace", *key, "-", status=1, stdin="",
            err="key replace: there is no key on the standard input")
    fmipctl("key", "add", *key, "a5", status=2, err="key add: key: has 1 octets, but its "
            "mac wants 20 (RFC 6275 section 5.2.5)")
    fmipctl("key", "add", *key, secret[1:], status=2,
            err="key add: key: expected hexadecimal digits, two for each octet")
    same(fmipctl("key", "del", *key[:4]), "")
    fmipctl("key", "del", *key[:4], status=2, err="key del: there is no such key")
    fmipctl("key", "del", "pcoa", "2001:db8:1::/64", "spi", "256", status=2,
            err="key del: the key is one of the configuration")


@test
def a_node_has_no_handover_without_its_key(world):
    world.do("learn")
    secret = "a5" * 20
    fmipctl("key", "add", "pcoa", PCOA, "spi", "256", "key", secret)
    fmipctl("handover", "start", "ap", AP, node="mn")
    world.do(60)
    same(json.loads(fmipctl("-j", "handover"))[0]["state"], "copying")
    require(int(json.loads(fmipctl("-j", "handover", "counters"))["bad_authenticator"]) > 0)
    fmipctl("key", "add", "pcoa", PCOA, "spi", "256", "key", secret, node="mn")
    world.do(1000)
    same(json.loads(fmipctl("-j", "handover"))[0]["state"], "redirected")


@test
def fmipctl_tells_of_links(world):
    world.do("learn")
    same(fmipctl("link", "down", "dev", "link1", "lladdr", "2:0:0:0:0:10", "ns", "7"), "")
    node = json.loads(fmipctl("-j", "handover"))[0]
    same((node["state"], node["record"]["steps"][-1]),
         ("holding", {"what": "link down", "sent": False, "ns": 7}))
    same(fmipctl("link", "up", "dev", "link1", "lladdr", "2:0:0:0:0:10"), "")
    same(json.loads(fmipctl("-j", "handover"))[0]["state"], "copying")
    fmipctl("link", "up", "dev", "eth9", status=2,
            err='link up: interface: "eth9" is none of the configuration')


@test
def fmipctl_carries_a_batch_out_in_order(world):
    batch = f"handover start ap {AP} at @7263000000\nhandover cancel id 1\nhandover show\n"
    matches(fmipctl("-b", "-", stdin=batch), rf"scheduled id 1 ap {AP} at .*")


@test
def fmipctl_says_that_nobody_answers(world):
    fmipctl("handover", node="none", status=2,
            err="handover show: no fmipd answers at none: No such file or directory")
    with open("file", "w"):
        fmipctl("neighbor", node="file", status=2,
                err="neighbor show: no fmipd answers at file: Connection refused")
    os.unlink("file")
    fmipctl("key", "del", "pcoa", PCOA, "spi", "1", node="x" * 108, status=1,
            err=f"key del: \"{'x' * 108}\" is too long for the path of a socket")
    clients = [Client() for _ in range(16)]
    for client in clients:
        require("result" in client.ask({"command": "show counters"}))
    fmipctl("handover", status=2, err="handover show: there are 16 clients already")
    for client in clients:
        client.close()


@test
def fmipctl_says_when_the_daemon_goes(world):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind("other")
    server.listen()
    for answer, status, err in (
            (b"", 2, "no fmipd answers at other: it has closed the connection"),
            (b'{"resu', 2, "no fmipd answers at other: it has closed the connection"),
            (b"7\n", 1, "what fmipd says makes no sense to this fmipctl"),
            (b"{]\n", 1, "what fmipd says makes no sense to this fmipctl")):
        asks = subprocess.Popen([FMIPCTL, "-c", "other", "neighbor"], text=True,
                                stderr=subprocess.PIPE)
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(answer)
        connection.close()
        _, said = asks.communicate(timeout=60)
        same((asks.returncode, said), (status, f"fmipctl: neighbor show: {err}\n"))
    server.close()
    os.unlink("other")


run_all()
