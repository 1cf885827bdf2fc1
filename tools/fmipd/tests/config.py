#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader of fmipd.conf(5), through the program conf: what it makes of every
# setting, what it says of every file of config/broken, and that the manual page and
# the examples are right. PROGRAMS is where conf is.

import json
import os
import re
import shutil
import subprocess

from cases import require, run_all, same, test, tests

HERE = os.path.dirname(os.path.abspath(__file__))
CONF = os.path.join(os.path.abspath(os.environ["PROGRAMS"]), "conf")
MANUAL = os.path.join(HERE, "..", "fmipd.conf.5")
EXAMPLES = os.path.join(HERE, "..", "examples")
# Leaks and what the sanitizers find must not look like a broken configuration.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="exitcode=99")
SECRET = "000102030405060708090a0b0c0d0e0f10111213"

ADDRESS = 'address = "2001:db8:1::1";'
AR = f'roles = [ "ar" ]; ar = {{ {ADDRESS} }};\ninterfaces = ( {{ name = "wlan0"; }} );\n'
KEY = f'{{ pcoa = "2001:db8:1::/64"; spi = 1; key = "{SECRET}"; }}'
KEYS = f"keys = ( {KEY} );\n"
MN = 'roles = [ "mn" ];\ninterfaces = ( { name = "wlan0"; } );\n'
KEY_FILE = KEY[2:-2] + "\n"


def conf(*arguments):
    done = subprocess.run([CONF, *arguments], capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=60, errors="replace")
    for output in (done.stdout, done.stderr):
        require(SECRET[:16] not in output.lower(), "a key was printed:", output)
    return done


def read(path):
    done = conf(path)
    require(done.returncode == 0 and not done.stderr, done.returncode, done.stderr)
    return json.loads(done.stdout)


def refuse(path, text):
    done = conf(path)
    same((done.returncode, done.stdout, done.stderr), (1, "", text + "\n"))


def write(path, text, mode=0o600):
    with open(path, "w" if isinstance(text, str) else "wb") as file:
        file.write(text)
    os.chmod(path, mode)


def from_here(name):
    with open(os.path.join(HERE, "config", name)) as file:
        return file.read()


def rows():
    """What conf -s and the manual have of a setting: path, type, the parentheses."""
    lines = conf("-s").stdout.splitlines()
    require(len(lines) > 50, lines)
    found = []
    for line in lines:
        path, kind, more = re.fullmatch(
            r"\.It Cm (\S+) Ar (.*?)(?: Pq (.*))?", line).groups()
        default = (more or "").split("; ")[0]
        has = more and default != "no default" and not re.search(r" to ", default)
        found.append((path, kind, default if has else None))
    return found


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}")
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from leaves(value[0], path)
    else:
        yield path, value


def broken(name):
    def run():
        shutil.copy(os.path.join(HERE, "config", "broken", name), name)
        os.chmod(name, 0o600)
        with open(name) as file:
            wanted = file.readline()
        require(wanted.startswith(f"# {name}:"), wanted)
        refuse(name, wanted[2:-1])
    return run


# conf -s, all.conf with all-mn.conf, and the struct itself, as JSON, have the same
# settings.
@test
def every_setting_is_read():
    os.mkdir("keys", 0o700)
    write("keys/b", 'pcoa = "2001:db8:1::17/128"; spi = 0x100; mac = "hmac-sha256-128";\n'
                    f'key = "{"00" * 32}";\n')
    write("keys/a", KEY_FILE)
    keys = os.path.abspath("keys")
    text = from_here("all.conf").replace("@KEYS@", keys)
    write("all.conf", text)
    write("all-mn.conf", MN + from_here("all-mn.conf"))
    found = dict(read("all.conf"), mn=read("all-mn.conf")["mn"])
    text += from_here("all-mn.conf")
    same(found, json.loads(from_here("all.json").replace("@KEYS@", keys)))

    listed = sorted(path.rpartition(".")[2] for path, _, _ in rows())
    same(sorted(re.findall(r"^\s*(\w+) = (?![({])", text, re.M)), listed)
    counted = [path.rpartition(".")[2] for path, _ in leaves(found)]
    same(sorted(counted), sorted("octets" if n == "key" else n for n in listed))


# So that the above shows each to be read: the others have no default, or another test.
@test
def no_setting_is_as_by_default():
    usual = dict(leaves(json.loads(from_here("defaults.json"))))
    every = dict(leaves(json.loads(from_here("all.json"))))
    same([path for path in every if every[path] == usual[path]],
         [".roles", ".ipsec", ".neighbours.name", ".neighbours.address",
          ".neighbours.link_layer_address", ".neighbours.fmip", ".keys.spi",
          ".ar.addressing"])


@test
def every_word_is_read():
    def value(group, line, interface=""):
        if group == "mn":
            write("word.conf", MN + line)
            return read("word.conf")[group]
        more = line if group == "ar" else f"ar = {{ {ADDRESS} }};\n{line}"
        write("word.conf", 'roles = [ "ar" ];\n'
              'interfaces = ( { name = "w"; prefixes = [ "2001:db8:1::/64" ];\n'
              f'pool = "2001:db8:1::/80"; {interface} }} );\n{KEYS}{more}')
        return read("word.conf")[group]

    for path, kind, _ in rows():
        words = kind.removesuffix(" ...").split(" | ")
        group, _, name = path.rpartition(".")
        if len(words) == 1 or group == "keys[]" or path == "roles":
            continue
        for i, word in enumerate(words):
            line = f'{name} = "{word}";'
            if group == "interfaces[]":
                same(value("interfaces", "", line)[0][name], i)
            elif group:
                own = ADDRESS if group == "ar" else ""
                same(value(group, f"{group} = {{ {own} {line} }};")[name], i)
            else:
                same(value(name, line), i)


DEFAULTS = '''
roles = [ "ar" ];
interfaces = ( { name = "wlan0"; %(interfaces[])s } );
neighbours = (
  {
    name = "north"; address = "2001:db8:2::1"; prefixes = [ "2001:db8:2::/64" ];
    link_layer_address = "02:00:5e:00:02:00"; %(neighbours[])s
  }
);
keys = ( { pcoa = "2001:db8:1::/64"; spi = 256; key = "%(secret)s"; %(keys[])s } );
ar = { address = "2001:db8:1::1"; %(ar)s };
%(more)s
'''


@test
def defaults():
    empty = {"interfaces[]": "", "neighbours[]": "", "keys[]": "", "ar": "", "more": ""}
    write("defaults.conf", DEFAULTS % dict(empty, secret=SECRET))
    same(read("defaults.conf"), json.loads(from_here("defaults.json")))


# The same with each default of the manual written out.
@test
def defaults_of_the_manual():
    groups = {}
    for path, kind, default in rows():
        # It may not stand there without its dad_probe.
        if default is None or path == "interfaces[].dad_wait":
            continue
        group, _, name = path.rpartition(".")
        text = default if kind in ("number", "flag") else f'"{default}"'
        groups.setdefault(group, []).append(f"{name} = {text};")
    require(len(groups) == 13, groups)
    here = {"secret": SECRET}
    for group in ("interfaces[]", "neighbours[]", "keys[]"):
        here[group] = " ".join(groups.pop(group))
    here["more"] = " ".join(groups.pop(""))
    for outer in ("ar", "mn", "limits"):
        inner = " ".join(groups.pop(outer))
        for group in [g for g in groups if g.startswith(outer + ".")]:
            inner += f" {group.partition('.')[2]} = {{ {' '.join(groups.pop(group))} }};"
        if outer == "limits":
            here["more"] += f" {outer} = {{ {inner} }};"
        else:
            here[outer] = inner
    same(groups, {})
    usual = json.loads(from_here("defaults.json"))
    write("defaults.conf", DEFAULTS % here)
    same(read("defaults.conf"), usual)
    write("mn.conf", MN + f"mn = {{ {here['mn']} }};")
    same(read("mn.conf")["mn"], usual["mn"])


@test
def manual_has_every_setting():
    with open(MANUAL) as file:
        items = [line for line in file if line.startswith(".It Cm ")]
    same("".join(items), conf("-s").stdout)


def literals():
    with open(MANUAL) as file:
        parts = re.findall(r"^\.Bd -literal\n(.*?)^\.Ed$", file.read(), re.M | re.S)
    return [part.replace("\\e", "\\").replace("\\&", "") for part in parts]


@test
def examples_of_the_manual():
    os.mkdir("keys", 0o700)
    ar, mn = literals()
    write("ar.conf", ar.replace("/etc/fmip", os.getcwd()), 0o644)
    write("mn.conf", mn)
    found = read("ar.conf")
    same((found["roles"], found["ar"]["hi"], len(found["neighbours"])),
         (1, {"first": 50, "retries": 4, "per_second": 0}, 1))
    found = read("mn.conf")
    same((found["roles"], found["keys"]),
         (2, [{"pcoa": "2001:db8:1::17/128", "spi": 256, "mac": 0, "octets": 20}]))


@test
def example_of_an_access_router():
    shutil.copytree(os.path.join(EXAMPLES, "keys"), "keys")
    for name in os.listdir("keys"):
        os.chmod(os.path.join("keys", name), 0o600)
    with open(os.path.join(EXAMPLES, "ar.conf")) as file:
        write("ar.conf", file.read().replace("/etc/fmip", os.getcwd()), 0o644)
    found = read("ar.conf")
    same([n["name"] for n in found["neighbours"]], ["north", "south", "cafe"])
    same(found["keys"], [{"pcoa": "2001:db8:1::17/128", "spi": 256, "mac": 0,
                          "octets": 20}])
    same(found["ar"]["buffer"], {"packets": 400, "bytes": 1 << 20, "age": 1000})


@test
def example_of_a_mobile_node():
    shutil.copy(os.path.join(EXAMPLES, "mn.conf"), "mn.conf")
    os.chmod("mn.conf", 0o600)
    found = read("mn.conf")
    same((found["roles"], found["mn"]["lifetime"], found["keys"][0]["octets"]),
         (2, 20, 32))


# Names begin where the file is that includes; lines are those of the file they are in.
@test
def includes():
    os.makedirs("d/e")
    write("d/top.conf", '# 1\n@include "e/one.conf"\n/* 3\n@include "none" */\n'
          f'control = "/5\\\n@include \\"\\\n@include "; # @include "none"\n'
          f'@include "{os.getcwd()}/d/three.conf" // 8\n', 0o644)
    write("d/e/one.conf", f'@include "two.conf"\nar = {{ {ADDRESS} }}; interfaces = ( {{ name = "wlan0"; }} );')
    write("d/e/two.conf", 'roles =\n')
    write("d/three.conf", 'state = "/3";\n')
    refuse("d/top.conf", "d/e/one.conf:2: syntax error")
    write("d/e/two.conf", 'roles =\r\n[ "ar" ];\n\n')
    same(read("d/top.conf")["state"], "/3")
    write("d/three.conf", '\n\nstate = "3";\n')
    refuse("d/top.conf", f'{os.getcwd()}/d/three.conf:3: state: expected a path that '
           'begins with "/", not "3"')
    write("d/three.conf", '')
    with open("d/top.conf", "a") as file:
        file.write("\nlimits = 1;\n")
    refuse("d/top.conf", "d/top.conf:10: limits: expected a group: { ... }, not a single value")
    write("d/three.conf", '"')
    refuse("d/top.conf", f"{os.getcwd()}/d/three.conf:1: a string without its end")


@test
def includes_of_includes():
    write("0", AR)
    for i in range(1, 10):
        write(str(i), f'@include "{i - 1}"\n')
    read("8")
    refuse("9", "1:1: files include each other, or too deep")


@test
def include_of_what_is_no_file():
    os.mkfifo("fifo")
    write("x.conf", AR + '@include "fifo"\n')
    refuse("x.conf", "x.conf:3: @include: cannot read fifo: it is not a regular file")


@test
def what_is_no_configuration():
    refuse("none", "none: cannot be read: No such file or directory")
    refuse("/", "/: cannot be read: it is not a regular file")
    write("nul", AR + "#\0\n")
    refuse("nul", "nul:3: a NUL octet")
    write("large", "")
    os.truncate("large", (16 << 20) + 1)
    refuse("large", "large: cannot be read: it is larger than 16 MiB")
    write("empty", "")
    refuse("empty", 'empty:1: "roles" is missing')
    write("deep", "a = " + "(" * 20000)
    refuse("deep", "deep:1: memory exhausted")


# Wider than the 32 bits of which libconfig makes something else.
@test
def numbers():
    for text, number in (("4294967295", 0xffffffff), ("0xffffffff", 0xffffffff),
                         ("0XFF", 255), ("010", 10), ("7L", 7)):
        write("x.conf", AR + KEYS.replace("spi = 1", f"spi = {text}"))
        same(read("x.conf")["keys"][0]["spi"], number)


@test
def permissions():
    others = " has a key in it, but its mode is {:04o}: chmod go= it"
    for mode in (0o640, 0o604, 0o644):
        write("x.conf", AR + KEYS, mode)
        refuse("x.conf", "x.conf:3: keys[0].key: x.conf" + others.format(mode))
        write("x.conf", AR, mode)
        read("x.conf")
        write("y.conf", KEYS, mode)
        write("x.conf", AR + '@include "y.conf"\n', 0o600)
        refuse("x.conf", "y.conf:1: keys[0].key: y.conf" + others.format(mode))
        write("y.conf", "", mode)
        write("x.conf", AR + KEYS + '@include "y.conf"\n', 0o400)
        read("x.conf")
        os.unlink("x.conf")


# Who can change it decides what the daemon runs, and where traffic goes.
@test
def who_may_write_it():
    for mode in (0o620, 0o602, 0o666):
        write("x.conf", AR, mode)
        refuse("x.conf", f"x.conf: its mode is {mode:04o}: chmod go-w it")
        write("y.conf", "", mode)
        write("x.conf", AR + '@include "y.conf"\n')
        refuse("x.conf", f"y.conf: its mode is {mode:04o}: chmod go-w it")
        os.unlink("x.conf")


@test
def owner():
    if os.geteuid():
        return "not as root"
    write("x.conf", AR, 0o644)
    os.chown("x.conf", 65534, 0)
    refuse("x.conf", "x.conf: it belongs to user 65534")
    for name in ("keys", "state"):
        path = os.path.abspath(name)
        os.mkdir(name, 0o700)
        os.chown(name, 65534, 0)
        setting = name.replace("keys", "keys_directory")
        write("y.conf", AR + f'{setting} = "{path}";\n')
        refuse("y.conf", f"y.conf:3: {setting}: {path}: it belongs to user 65534")


@test
def directory_of_what_outlives_the_daemon():
    state = os.path.abspath("state")
    write("x.conf", AR + f'state = "{state}";\n')
    # It is made when the daemon starts.
    read("x.conf")
    write("state", "")
    refuse("x.conf", f"x.conf:3: state: {state}: it is no directory")
    os.unlink("state")
    os.mkdir("state")
    for mode in (0o770, 0o707, 0o1777):
        os.chmod("state", mode)
        refuse("x.conf",
               f"x.conf:3: state: {state}: its mode is {mode:04o}: chmod go-w it")
    for mode in (0o700, 0o755):
        os.chmod("state", mode)
        read("x.conf")


# It gets them while it runs.
@test
def mobile_node_without_keys():
    write("x.conf", MN, 0o644)
    same(read("x.conf")["keys"], [])


@test
def program_that_is_run():
    os.mkdir("bin", 0o755)
    program = os.path.abspath("bin/hook")
    write("x.conf", f'{MN}mn = {{ complete = "{program}"; }};\n')
    write(program, "#!/bin/sh\n", 0o755)
    read("x.conf")
    for mode in (0o777, 0o775, 0o757):
        os.chmod(program, mode)
        refuse("x.conf",
               f"x.conf:3: mn.complete: {program}: its mode is {mode:04o}: chmod go-w it")
    os.chmod(program, 0o755)
    if not os.geteuid():
        os.chown(program, 65534, 0)
        refuse("x.conf", f"x.conf:3: mn.complete: {program}: it belongs to user 65534")
        os.chown(program, 0, 0)
    # Who can write there can put another in its place; but not where it is as in /tmp.
    os.chmod("bin", 0o777)
    refuse("x.conf", f"x.conf:3: mn.complete: {os.path.abspath('bin')}: its mode is 0777: "
           "chmod go-w it")
    os.chmod("bin", 0o1777)
    read("x.conf")


@test
def directory_of_keys():
    keys = os.path.abspath("keys")
    write("x.conf", AR + f'keys_directory = "{keys}";\n' + KEYS)
    refuse("x.conf", f"x.conf:3: keys_directory: {keys}: No such file or directory")
    write(keys, "")
    refuse("x.conf", f"x.conf:3: keys_directory: {keys}: Not a directory")
    os.unlink(keys)
    os.mkdir(keys)
    os.chmod(keys, 0o770)
    refuse("x.conf", f"x.conf:3: keys_directory: {keys}: its mode is 0770: chmod go-w it")
    os.chmod(keys, 0o755)
    same(len(read("x.conf")["keys"]), 1)
    write("keys/.hidden", "{")
    same(len(read("x.conf")["keys"]), 1)

    def add(name, text, wanted, mode=0o600):
        write(f"keys/{name}", text, mode)
        refuse("x.conf", wanted.replace("@", f"{keys}/"))
        os.unlink(f"keys/{name}")

    add("k", KEY_FILE, "@k:1: pcoa: is there already, in x.conf:4")
    other = KEY_FILE.replace("spi = 1", "spi = 2")
    write("keys/j", other)
    same([key["spi"] for key in read("x.conf")["keys"]], [1, 2])
    add("k", other, "@k:1: pcoa: is there already, in @j:1")
    add("a", other, "@j:1: pcoa: is there already, in @a:1")
    # The first one in the order of names.
    write("keys/l", "l")
    add("k", "\n" + other.replace("spi = 2", "spi = 0"),
        "@k:2: spi: 0 is out of range, which is 1 to 4294967295")
    os.unlink("keys/l")
    add("k", "", '@k:1: "pcoa" is missing')
    add("k", "\n}\n", "@k:2: syntax error")
    add("k", "keys = ( );\n", "@k:1: keys: there is no such setting")
    add("k", "\n" + other.replace(SECRET, "11" * 19),
        "@k:2: key: has 19 octets, but its mac wants 20 (RFC 6275 section 5.2.5)")
    add("k", other, "@k:1: key: @k has a key in it, but its mode is 0640: chmod go= it",
        0o640)
    os.mkdir("keys/k")
    refuse("x.conf", f"{keys}/k: cannot be read: it is not a regular file")


tests.extend((f"refuses {name}", broken(name))
             for name in sorted(os.listdir(os.path.join(HERE, "config", "broken"))))
run_all()
