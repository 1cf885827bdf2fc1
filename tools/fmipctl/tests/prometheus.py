#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reads what the program "exposition" prints as the text format of Prometheus,
version 0.0.4, demands it, and refuses everything else.  As a library, parse()
does that for any text.
"""
import re
import subprocess
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
ESCAPES = {r"\\": "\\", r'\"': '"', r"\n": "\n"}
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


class Malformed(Exception):
    """The text is not what the format says."""


class Reader:
    """Families in the order of the text, each of one group of lines."""

    def __init__(self):
        self.help, self.types, self.samples = {}, {}, {}
        self.current = None

    def begin(self, name):
        if name == self.current:
            return
        if name in self.help or name in self.types:
            raise Malformed(f"the lines of {name} are not together")
        self.current = name

    def comment(self, line):
        found = re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line)
        if not found:
            raise Malformed(f"neither HELP nor TYPE: {line}")
        kind, name, text = found.groups()
        self.begin(name)
        table = self.help if kind == "HELP" else self.types
        if name in table or any(key[0] == name for key in self.samples):
            raise Malformed(f"{kind} of {name} is late, or there twice")
        if kind == "TYPE" and text not in TYPES:
            raise Malformed(f"no such type: {text}")
        if kind == "HELP" and re.search(r"\\(?![\\n])", text):
            raise Malformed(f"a stray backslash: {text}")
        table[name] = text

    def sample(self, line):
        found = SAMPLE.fullmatch(line)
        if not found:
            raise Malformed(f"no sample: {line}")
        name, labels, value = found.group(1), found.group(2) or "", found.groups()[-1]
        if name != self.current or name not in self.help or name not in self.types:
            raise Malformed(f"HELP or TYPE is missing: {line}")
        pairs = [(key, re.sub(r"\\.", lambda m: ESCAPES[m.group()], text))
                 for key, text in re.findall(LABEL, labels)]
        if len(dict(pairs)) != len(pairs):
            raise Malformed(f"a label stands there twice: {line}")
        key = name, tuple(sorted(pairs))
        if key in self.samples:
            raise Malformed(f"the sample stands there twice: {line}")
        self.samples[key] = float(value)
        if self.types[name] == "counter" and (
                not name.endswith("_total") or self.samples[key] < 0):
            raise Malformed(f"no counter: {line}")


def parse(text):
    """{(name, ((label, value), ...)): number} of a whole exposition."""
    if not text.endswith("\n"):
        raise Malformed("the last line does not end")
    reader = Reader()
    for line in text[:-1].split("\n"):
        if line.startswith("#"):
            reader.comment(line)
        else:
            reader.sample(line)
    for name in reader.types:
        if not any(key[0] == name for key in reader.samples):
            raise Malformed(f"{name} has no sample")
    return reader


GOOD = "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\"} 1\n"
BAD = {
    "an unfinished line": GOOD[:-1],
    "no type": "# HELP a_total x\na_total 1\n",
    "no help": "# TYPE a_total counter\na_total 1\n",
    "a type that is none": GOOD.replace("counter", "count"),
    "a sample twice": GOOD + "a_total{b=\"c\"} 2\n",
    "a label twice": GOOD.replace("{", "{b=\"d\","),
    "a quote": GOOD.replace("\"c\"", "\"c\"\""),
    "an escape that is none": GOOD.replace("\"c\"", r'"\c"'),
    "a name with a dash": GOOD.replace("a_total", "a-total"),
    "no number": GOOD.replace(" 1", " one"),
    "a counter by another name": GOOD.replace("a_total", "a"),
    "a blank line": GOOD + "\n",
    "lines apart": GOOD + GOOD.replace("a_total", "b_total") + "a_total 1\n",
}

NUMBERS = {
    ("fmip_packets_total", "stage", "received"): float(2**64 - 1),
    ("fmip_packets_total", "stage", "sent"): 3,
    ("fmip_packets_total", "stage", "released"): 7,
    ("fmip_packets_total", "stage", "copied"): 17,
    ("fmip_packets_total", "stage", "decapsulated"): 8,
    ("fmip_bytes_total", "stage", "received"): 2,
    ("fmip_bytes_total", "stage", "sent"): 4,
    ("fmip_bytes_total", "stage", "decapsulated"): 9,
    ("fmip_dropped_packets_total", "reason", "hop-limit"): 10,
    ("fmip_dropped_packets_total", "reason", "200"): 11,
    ("fmip_dropped_packets_total", "reason", "checksum"): 0,
    ("fmip_buffered_packets",): 5,
    ("fmip_buffered_bytes",): 6,
    ("fmip_arrivals_total", "result", "attached"): 12,
    ("fmip_arrivals_total", "result", "rejected"): 13,
    ("fmip_proxy_answers_total",): 14,
    ("fmip_bindings",): 15,
    ("fmip_tunnels",): 16,
}


def expose(*args):
    return subprocess.run(["exposition", *args], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def refuses(text):
    try:
        parse(text)
    except (Malformed, ValueError):
        return True
    return False


def tests():
    """(name, whether it is so) of each."""
    yield "the reader takes what is right", not refuses(GOOD)
    for name, text in BAD.items():
        yield f"the reader refuses {name}", refuses(text)
    plain, named = parse(expose()), parse(expose('a"b\\c\nd'))
    for key, number in NUMBERS.items():
        yield f"{' '.join(key)} is {number}", (
            plain.samples.get((key[0], (key[1:],) if key[1:] else ())) == number)
    yield "nothing else but drops of 0", all(
        key[0] == "fmip_dropped_packets_total" and not number
        for key, number in plain.samples.items()
        if (key[0], *(key[1][0] if key[1] else ())) not in NUMBERS)
    yield "gauges and counters", all(
        (kind == "counter") == name.endswith("_total")
        for name, kind in plain.types.items())
    yield "a namespace is a label of all", (
        [(key[0], tuple(p for p in key[1] if p[0] != "netns"))
         for key in named.samples] == list(plain.samples) and
        all(("netns", 'a"b\\c\nd') in key[1] for key in named.samples))


def main():
    print("TAP version 13")
    count = failed = 0
    for name, good in tests():
        count += 1
        failed += not good
        print(f"{'ok' if good else 'not ok'} {count} {name}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
