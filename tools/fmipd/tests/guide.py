#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/fmipd.rst: its files are good, agree with each other, and are those
# that its commands use; the rule for mip6d drops what it should, and no more. FMIPD is
# the daemon, PROGRAMS is where conf is. Documentation/fmipd-design.rst names no file that
# is not there, and each that is.

import glob
import json
import os
import re
import shutil
import subprocess
import sys

from cases import require, run_all, test

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..")
DESIGN = os.path.join(HERE, "..", "..", "..", "Documentation", "fmipd-design.rst")
GUIDE = os.path.join(HERE, "..", "..", "..", "Documentation", "fmipd.rst")
RULE = os.path.join(HERE, "..", "examples", "mip6d.nft")
FMIPD = os.path.abspath(os.environ["FMIPD"])
CONF = os.path.join(os.path.abspath(os.environ["PROGRAMS"]), "conf")

# Sends two Binding Errors, of Status 1 and 2, and a Binding Update.
SEND = """
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
for head in ("3b0207000000 01", "3b0207000000 02", "3b0105000000 02"):
    octets = bytes.fromhex(head)
    try:
        s.sendto(octets.ljust(8 * (octets[1] + 1), b"\\0"), ("::1", 0))
    except PermissionError:
        pass
"""


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)


def succeed(*command, **more):
    done = run(*command, **more)
    require(done.returncode == 0 and not done.stderr, command, done.stdout, done.stderr)
    return done.stdout


def marked(text, comment):
    """The blocks behind such a comment: what it names, and the block's lines."""
    pattern = comment + r"\n(?:\n::\n|\.\. code-block:: console\n)\n((?:\t.*\n|\n)+)"
    return [(m[1] if m.lastindex > 1 else None, re.sub(r"^\t", "", m[m.lastindex], flags=re.M))
            for m in re.finditer(pattern, text, re.M)]


with open(GUIDE) as guide:
    TEXT = guide.read()
FILES = {name: block.rstrip("\n") + "\n" for name, block in marked(TEXT, r"^\.\. file (\S+)")}
COMMANDS = [line[2:] for _, block in marked(TEXT, r"^\.\. test")
            for line in block.replace("\\\n", "").splitlines() if line.startswith("# ")]
CONFS = [name for name in FILES if name.endswith("fmipd.conf")]


def unpack():
    for name, block in FILES.items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "w") as file:
            file.write(block)
        os.chmod(name, 0o600)


def configurations():
    return {name.split("/")[0]: json.loads(succeed(CONF, name)) for name in CONFS}


@test
def every_marked_block_is_found():
    require(len(FILES) == len(re.findall(r"^\.\. file ", TEXT, re.M)) == 8, FILES.keys())
    require(len(marked(TEXT, r"^\.\. test")) == len(re.findall(r"^\.\. test$", TEXT, re.M)))
    require(len(COMMANDS) >= 15, COMMANDS)


@test
def commands_use_the_files_that_are_there():
    for command in COMMANDS:
        require(run("bash", "-n", "-c", command).returncode == 0, command)
    names = re.findall(r"(?<![\w/.])(?:\w+/)?\w+\.(?:conf|nft)\b|\bstates\b", "\n".join(COMMANDS))
    # strongSwan is the other way to have states.
    require(set(names) | {"west/swanctl.conf"} == set(FILES), sorted(set(names)), FILES.keys())


@test
def configurations_pass():
    unpack()
    require(sorted(CONFS) == ["east/fmipd.conf", "node/fmipd.conf", "west/fmipd.conf"], CONFS)
    for name in CONFS:
        require(succeed(FMIPD, "-t", "-c", name) == "")


@test
def the_routers_know_each_other():
    unpack()
    found = configurations()
    for here, there in (("west", "east"), ("east", "west")):
        (neighbour,) = found[here]["neighbours"]
        require(neighbour["name"] == there and
                neighbour["address"] == found[there]["ar"]["address"] and
                neighbour["access_points"] == found[there]["interfaces"][0]["access_points"]
                and neighbour["prefixes"] == found[there]["interfaces"][0]["prefixes"], found)
        with open(f"{there}/radvd.conf") as file:
            require(neighbour["address"] + "/64" in file.read(), there)


@test
def the_node_and_its_routers_have_the_same_keys():
    unpack()
    found = configurations()
    routers = found["west"]["keys"] + found["east"]["keys"]
    require(found["node"]["keys"] == routers and len(routers) == 2, found)
    keys = {key for name in CONFS for key in re.findall(r" key = (\S+)", FILES[name])}
    require(len(keys) == 1, keys)


@test
def states_are_for_both_ways_between_the_routers():
    states = re.findall(r"^xfrm state add src (\S+) dst (\S+) proto esp spi (\S+) reqid 1 mode "
                        r"transport enc \S+ 0x([\da-f]{32}) auth-trunc \S+ 0x([\da-f]{64}) 128 "
                        r"sel src \1 dst \2$", FILES["states"], re.M)
    unpack()
    found = configurations()
    west, east = found["west"]["ar"]["address"], found["east"]["ar"]["address"]
    require([s[:2] for s in states] == [(west, east), (east, west)], states)
    require(len({part for s in states for part in s[2:]}) == 6, "a key or an SPI twice")
    for address in (west, east):
        require(f"{address}/128[135]" in FILES["west/swanctl.conf"])
    require(re.search(r"\breqid = 1$", FILES["west/swanctl.conf"], re.M))
    for router in ("west", "east"):
        require([n["reqid"] for n in found[router]["neighbours"]] == [1], found[router])


@test
def radvd_reads_its_files():
    unpack()
    if not shutil.which("radvd"):
        return "no radvd"
    for name in ("west/radvd.conf", "east/radvd.conf"):
        # What it says of that is on standard error.
        done = run("radvd", "-c", "-C", name)
        require(done.returncode == 0 and done.stderr.endswith("syntax ok\n"), done.stderr)
    return None


@test
def the_rule_is_the_example():
    with open(RULE) as file:
        lines = [line for line in file if not line.startswith("#")]
    require("".join(lines).strip() == FILES["mip6d.nft"].strip(), lines)


@test
def the_rule_drops_what_it_should():
    unpack()
    if run("unshare", "-rn", "nft", "list", "ruleset").returncode:
        return "no nftables"
    done = succeed("unshare", "-rn", "sh", "-ec",
                   "nft -c -f mip6d.nft; nft -f mip6d.nft; ip link set lo up\n"
                   f"'{sys.executable}' -c '{SEND}'\nnft list ruleset")
    require("counter packets 1 bytes 64 drop" in done, done)
    return None


@test
def the_design_names_files_that_are_there():
    with open(DESIGN) as file:
        text = file.read()
    names = set(re.findall(r"(?<![\w/.])(?:tests/)?[\w*]+(?:\.[ch5]|\.py|\.conf\.5)(?![\w.])", text))
    require(len(names) > 40, names)
    for name in names:
        require(glob.glob(os.path.join(SOURCE, name)), name)
    named = {os.path.basename(path) for name in names
             for path in glob.glob(os.path.join(SOURCE, name))}
    there = {os.path.basename(path) for path in glob.glob(os.path.join(SOURCE, "*.c"))}
    require(there <= named, sorted(there - named))


run_all()
