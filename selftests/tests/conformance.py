#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Are the tests that the documents name there, and are all rows?

Documentation/conformance/data-path.rst says at its beginning how many rows each
protocol has, and has a table for each.  A row names tests, or says that it is
not the module's.  So it is with the threats in Documentation/security.rst.  A test
is named as SCRIPT: "DESCRIPTION", in a literal, here and in Documentation/testing.rst.
"""
import os
import re
import sys

TOP = os.path.dirname(os.path.abspath(__file__)) + "/../.."
DATA_PATH = "Documentation/conformance/data-path.rst"
SECURITY = "Documentation/security.rst"
TESTING = "Documentation/testing.rst"
INVARIANTS = 11
THREATENED = ("RFC 5568", "RFC 5949", "RFC 4988", "RFC 4140", "5380")

NAMED = re.compile(r'``([a-z0-9_]+\.sh): "([^"`]+)"``')


def read(path):
    with open(f"{TOP}/{path}", encoding="utf-8") as file:
        return file.read()


def script(name):
    """The text of a script, and of its part in Python, without comments; or None."""
    try:
        text = read(f"selftests/{name}")
    except OSError:
        return None
    part = f"selftests/{name[:-3]}.py"
    if os.path.exists(f"{TOP}/{part}"):
        text += read(part)
    return "\n".join(line for line in text.splitlines()
                     if not line.lstrip().startswith("#"))


def named(text):
    """The tests that a text names, wherever its lines end."""
    return NAMED.findall(re.sub(r"\s+(\| )?", " ", text))


def missing(text):
    """What is named and is not there."""
    scripts, problems = {}, []
    for name, description in named(text):
        if name not in scripts:
            scripts[name] = script(name)
        if scripts[name] is None:
            problems.append(f"there is no {name}")
        elif not re.search(f'"[^"\n]*{re.escape(description)}[^"\n]*"', scripts[name]):
            problems.append(f'{name} has no "{description}"')
    return problems


def wanted(text):
    """How many rows each protocol has, as the table at the beginning says."""
    return {name.strip(): int(rows) for name, rows in
            re.findall(r"^(RFC \S.*?)  +(\d+)  ", text, re.MULTILINE)}


def sections(text):
    """The text below each heading."""
    parts = re.split(r"^(.+)\n=+\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def rows(text):
    """The rows of a table: a list of (ID, text)."""
    parts = re.split(r"^   \* - (D-\d\d)$", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def bad_rows(text):
    """What is wrong with the tables."""
    counts, found, problems = wanted(text), sections(text), []
    if not counts:
        problems.append("no protocol is listed")
    for name in found:
        if name.startswith("RFC ") and name not in counts:
            problems.append(f"{name} is not listed")
    for name, count in counts.items():
        table = rows(found.get(name, ""))
        ids = [row for row, _ in table]
        sequence = [f"D-{n:02}" for n in range(1, count + 1)]
        problems += [f"{name} lacks {row}" for row in sequence if row not in ids]
        problems += [f"{name} has {row} twice" for row in sorted(set(ids))
                     if ids.count(row) > 1]
        problems += [f"{name} has {row}" for row in ids if row not in sequence]
        problems += [f"{name} {row} names no test" for row, cells in table
                     if not named(cells) and "Not the module's:" not in cells]
    return problems


def bad_invariants(text):
    """What is wrong with the table of invariants."""
    table = sections(text).get("Invariants", "")
    parts = re.split(r"^   \* - (\d+)$", table, flags=re.MULTILINE)
    ids = [int(n) for n in parts[1::2]]
    problems = []
    if sorted(set(ids)) != list(range(1, INVARIANTS + 1)):
        problems.append(f"the invariants are {ids}")
    problems += [f"invariant {n} names no test" for n, cells in
                 zip(ids, parts[2::2]) if not named(cells)]
    return problems


def bad_threats(text):
    """What is wrong with the tables of threats."""
    tables = {name: part for name, part in
              zip(*[iter(re.split(r"^(RFC .+)\n-+\n", text, flags=re.MULTILINE)[1:])] * 2)}
    problems = [f"{name} is missing" for name in THREATENED
                if not any(name in title for title in tables)]
    for name, table in tables.items():
        parts = re.split(r"^   \* - (S-\d\d)$", table.split("\n====")[0], flags=re.MULTILINE)
        ids = parts[1::2]
        if ids != [f"S-{n:02}" for n in range(1, len(ids) + 1)] or not ids:
            problems.append(f"{name} has the threats {ids}")
        problems += [f"{name} {row} names no test" for row, cells in zip(ids, parts[2::2])
                     if not named(cells) and "Not the module's:" not in cells]
    return problems


class Tap:
    """Counts tests and prints them."""

    def __init__(self):
        self.count = self.failed = 0
        print("TAP version 13")

    def test(self, name, problems):
        self.count += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} {name}")
        for problem in problems:
            print(f"# {problem}")

    def notices(self, name, problems):
        self.test(name, [] if problems else ["nobody noticed"])

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def main():
    tap = Tap()
    data_path, testing, security = read(DATA_PATH), read(TESTING), read(SECURITY)
    tap.test(f"{DATA_PATH} has every row once, with a test", bad_rows(data_path))
    tap.test(f"the tests that {DATA_PATH} names are there", missing(data_path))
    tap.test(f"{TESTING} has every invariant, with a test", bad_invariants(testing))
    tap.test(f"the tests that {TESTING} names are there", missing(testing))
    tap.test(f"{SECURITY} has the threats of each protocol, with a test", bad_threats(security))
    tap.test(f"the tests that {SECURITY} names are there", missing(security))

    row = "   * - D-02\n"
    tap.notices("a row that is missing is noticed",
                bad_rows(data_path.replace(row, "   * - none\n", 1)))
    tap.notices("so is one that is there twice",
                bad_rows(data_path.replace("   * - D-03\n", row, 1)))
    tap.notices("and a protocol that is missing",
                bad_rows(data_path.replace("RFC 5949 (PFMIPv6)\n=", "Something\n=")))
    tap.notices("and a row without a test",
                bad_rows(data_path.replace('.sh: "', '.sh "')))
    tap.notices("and a protocol whose threats are missing",
                bad_threats(security.replace("RFC 4988 (FMIPv4)", "Something")))
    tap.notices("and a threat that is missing",
                bad_threats(security.replace("   * - S-02\n", "   * - none\n", 1)))
    tap.notices("and one without a test",
                bad_threats(security.replace('.sh: "', '.sh "')))
    tap.notices("and a script that is missing",
                missing('``nobody.sh: "wrote this"``'))
    tap.notices("and a description that is missing",
                missing('``roles.sh: "is in no\n         script"``'))
    tap.notices("and one that is in a comment only",
                missing('``roles.sh: "a co-located care-of address"``'))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
