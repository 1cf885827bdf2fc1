#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is each requirement of a protocol fulfilled, with a test that shows it?

Documentation/conformance/rfc*.rst say at their beginning how many requirements there
are of each kind and level, and have a row for each.  A row names tests, or says why it
has none; what its other words mean is said there, too.  So it is with the threats to
fmipd in Documentation/security.rst.
"""
import glob
import os
import re
import sys

from conformance import SECURITY, TOP, Tap, read, script, sections

TABLES = sorted(os.path.relpath(path, TOP)
                for path in glob.glob(f"{TOP}/Documentation/conformance/rfc*.rst"))
SIGNALLING = "Signalling: fmipd"
LEVELS = ("MUST", "SHOULD", "MAY", "behaviour")
NEGATED = {"MUST NOT": "MUST", "SHOULD NOT": "SHOULD"}
COLUMNS = ("ID", "level", "who", "requirement", "what shows it")

NAMED = re.compile(r"``([a-z0-9_]+\.(?:sh|py|c)): ([^`]+)``")
LITERAL = re.compile(r"``([^`]+)``")
MARK = re.compile(r"(No test|Not yet|Awaits ``([^`]+)``): *(\S?)")
CONTRADICTION = re.compile(r"C-\d\d")


class Row:
    """One requirement: its cells without the ends of lines."""

    def __init__(self, cells):
        cells = [re.sub(r"\s+(\| )?", " ", cell).strip() for cell in cells]
        self.cells = cells + [""] * (len(COLUMNS) - len(cells))
        self.id, self.level, self.who, self.what, self.proof = self.cells[:5]
        self.surplus = len(cells) != len(COLUMNS)
        self.tests = NAMED.findall(self.proof)
        self.literals = LITERAL.findall(self.proof)
        # (first words, what is awaited, whether more follows)
        self.marks = [(mark.split("`")[0].strip(), awaited, bool(more))
                      for mark, awaited, more in MARK.findall(self.proof)]

    def has(self, mark):
        return any(m == mark and more for m, _, more in self.marks)

    def group(self):
        return self.id.rpartition("-")[0]


def rows(text):
    """All rows but the headings, of all tables."""
    table = re.compile(r"^   \* - (.*\n(?:(?:     .*)?\n)*)", re.MULTILINE)
    found = [Row(re.split(r"^     - ", row, flags=re.MULTILINE))
             for row in table.findall(text + "\n")]
    return [row for row in found if tuple(row.cells) != COLUMNS]


def wanted(text):
    """How many rows each group has, in all and of each level."""
    lines = re.findall(r"^(F-[A-Z]+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) ", text, re.MULTILINE)
    return {group: [int(n) for n in counts] for group, *counts in lines}


def bad_ids(text):
    """Requirements that are missing, there twice, or of another level."""
    groups, table, problems = wanted(text), rows(text), []
    ids = [row.id for row in table]
    sequence = [f"{group}-{n:02}" for group, counts in groups.items()
                for n in range(1, counts[0] + 1)]
    if not groups:
        problems.append("no group of requirements is listed")
    problems += [f"{i} is missing" for i in sequence if i not in ids]
    problems += [f"{i} is there {ids.count(i)} times" for i in sorted(set(ids))
                 if ids.count(i) > 1]
    problems += [f"there is no {i}" for i in ids if i not in sequence]
    problems += [f"{row.id} has {'more' if row.surplus else 'empty'} cells" for row in table
                 if row.surplus or not all(row.cells)]
    for group, counts in groups.items():
        levels = [NEGATED.get(row.level, row.level) for row in table if row.group() == group]
        found = [levels.count(level) for level in LEVELS]
        if found != counts[1:]:
            problems.append(f"{group} has the levels {found} instead of {counts[1:]}")
    return problems


def unproven(text):
    """Requirements without a test and without a reason, and reasons without words."""
    problems = [f"{row.id} ({row.level}) names no test, and no reason" for row in rows(text)
                if not row.tests and not any(more for _, _, more in row.marks)]
    problems += [f'{row.id} says "{mark}", and not what' for row in rows(text)
                 for mark, _, more in row.marks if not more]
    problems += [f'{row.id} names tests, and says "No test"' for row in rows(text)
                 if row.tests and row.has("No test")]
    return problems


def unfulfilled(text):
    return [f"{row.id} ({row.level}): " + row.proof[row.proof.index("Not yet: "):]
            for row in rows(text) if row.has("Not yet")]


def awaiting(text):
    """The rows that wait for scripts: (ID, pattern of their names)."""
    return [(row.id, pattern) for row in rows(text) for _, pattern, _ in row.marks if pattern]


def overdue(text):
    """Those whose scripts are there."""
    return [f"{i} awaits {pattern}, and it is there" for i, pattern in awaiting(text)
            if glob.glob(f"{TOP}/selftests/{pattern}")]


def uncommented(path):
    """C without comments, or None."""
    try:
        text = read(path)
    except OSError:
        return None
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def program(name):
    """A program in Python, without comments, or None."""
    for directory in ("tools/fmipd/tests", "selftests"):
        try:
            text = read(f"{directory}/{name}")
        except OSError:
            continue
        return "\n".join(line for line in text.splitlines()
                         if not line.lstrip().startswith("#"))
    return None


def source(name):
    """The text of a file with tests, and how it names one that has no description."""
    if name.endswith(".sh"):
        return script(name), None
    if name.endswith(".py"):
        return program(name), r"^@test\ndef {}\("
    if name.startswith("test_"):
        return (uncommented(f"tools/fmipd/tests/{name}"),
                r"\b(?:TEST|test|cmocka_unit_test\w*)\(\s*{}\s*[,)]")
    return uncommented(f"kernel/{name}"), r"\bKUNIT_CASE\w*\(\s*{}\s*[,)]"


def is_there(text, function, test):
    """Whether there is a test, by its description or by its function."""
    quoted = re.fullmatch('"([^"]+)"', test)
    if quoted and function and "def" not in function:
        return False
    if quoted:
        return re.search(f'"[^"\n]*{re.escape(quoted[1])}[^"\n]*"', text)
    return function and re.fullmatch(r"\w+", test) and \
        re.search(function.format(test), text, re.MULTILINE)


def missing(tests):
    """What is wrong with the names of tests."""
    problems, sources = [], {}
    for name, test in tests:
        if name not in sources:
            sources[name] = source(name)
        content, function = sources[name]
        if content is None:
            problems.append(f"there is no {name}")
        elif not is_there(content, function, test):
            problems.append(f"{name} has no test {test}")
    return problems


def absent(text):
    """Tests that are named and are not there."""
    problems = []
    for row in rows(text):
        problems += [f"{row.id}: {problem}" for problem in missing(row.tests)]
        problems += [f"{row.id}: ``{literal}`` is no name of a test" for literal in row.literals
                     if ": " in literal and not NAMED.fullmatch(f"``{literal}``")]
    return problems


def unexplained(text):
    """Contradictions that are cited, and not told."""
    told = re.findall(r"^(C-\d\d)$", text, re.MULTILINE)
    cited = {c for row in rows(text) for c in CONTRADICTION.findall(" ".join(row.cells))}
    return [f"{c} is not told" for c in sorted(cited - set(told))] + \
        [f"{c} is told {told.count(c)} times" for c in sorted(set(told)) if told.count(c) > 1]


def threats(text):
    """The rows about fmipd in Documentation/security.rst: their texts."""
    section = sections(text).get(SIGNALLING, "")
    return [re.sub(r"\s+(\| )?", " ", row) for row in re.split(r"^   \* - ", section,
                                                              flags=re.MULTILINE)[2:]]


def bad_threats(text):
    """What is wrong with them: few, or without a test that is there."""
    table = threats(text)
    problems = [] if len(table) >= 10 else [f"there are {len(table)} threats"]
    for row in table:
        tests = NAMED.findall(row)
        problems += missing(tests) if tests else [f"no test: {row[:60]}"]
    return problems


def check(tap, path):
    text = read(path)
    tap.test(f"{path} has every requirement once, of its level", bad_ids(text))
    tap.test(f"{path}: each has a test, or a reason to have none", unproven(text))
    tap.test(f"{path}: the tests are there", absent(text))
    tap.test(f"{path}: so are the contradictions that are cited", unexplained(text))
    tap.test(f"{path}: no requirement is left for later", unfulfilled(text))
    problems, waiting = overdue(text), {i for i, _ in awaiting(text)}
    skip = f" # SKIP {len(waiting)} do" if waiting and not problems else ""
    tap.test(f"{path}: none waits for a test{skip}", problems)


EXAMPLE = '''
F-A         2     1       1    0          0  a
F-B         1     0       0    0          1  b

.. list-table::

   * - ID
     - level
     - who
     - requirement
     - what shows it
   * - F-A-01
     - MUST NOT
     - A
     - Does so (C-01).
     - | ``test_nar.c: a_usable_one_is_let``
       | ``roles.sh: "use PCoA: it does not ask where
         the node is"``

       And more.
   * - F-A-02
     - SHOULD
     - A
     - Does so.
     - | ``pace_test.c: at_most_five_leave_at_once``
       | ``config.py: every_setting_is_read``
       | ``layout.py: "hack-assigned"``
   * - F-B-01
     - behaviour
     - B
     - Does so.
     - No test: it is not fmipd's.

C-01
	It is so.
'''


def self_test(tap):
    """Every kind of mistake is noticed, and what is right is not."""
    def without_mistakes(text):
        return bad_ids(text) + unproven(text) + absent(text) + unexplained(text) + \
            unfulfilled(text) + overdue(text)

    def notices(name, function, old, new):
        assert EXAMPLE.count(old) == 1, old
        tap.notices(name, function(EXAMPLE.replace(old, new)))

    tap.test("an example without mistakes has none", without_mistakes(EXAMPLE))
    notices("a requirement that is missing is noticed", bad_ids, "F-A-02", "F-A-03")
    notices("so is one that is there twice", bad_ids, "F-B-01", "F-A-02")
    notices("and a group that is not listed", bad_ids, "F-B         1", "FB          1")
    notices("and one of another level", bad_ids, "- SHOULD", "- MAY")
    notices("and one of a level that there is not", bad_ids, "- SHOULD", "- OUGHT TO")
    notices("and a cell that is missing", bad_ids, "     - B\n", "")
    notices("and an empty one", bad_ids, "     - B\n", "     -\n")
    notices("and a requirement without a test or a reason", unproven,
            "No test: it is not fmipd's.", "It is not fmipd's.")
    notices("and a reason without words", unproven, "No test: it is not fmipd's.", "No test:")
    notices("and one beside a test", unproven, "And more.", "No test: it is not needed.")
    notices("and what is left for later", unfulfilled, "And more.", "Not yet: it does not.")
    notices("and a wait for a script that is there", overdue, "And more.",
            "Awaits ``rol*.sh``: all of them.")
    tap.test("but not for one that is not",
             without_mistakes(EXAMPLE.replace("And more.", "Awaits ``nobody_*.sh``: all.")))
    notices("and a unit test that is missing", absent, "a_usable_one_is_let", "a_usable_one")
    notices("and a file that is missing", absent, "test_nar.c", "test_nobody.c")
    notices("and a description that is missing", absent, "use PCoA: it", "use PCoA: he")
    notices("and a script that is missing", absent, "roles.sh", "nobody.sh")
    notices("and a case of KUnit that is missing", absent, "at_most_five", "at_most_six")
    notices("and a function that is missing", absent, "every_setting_is", "each_setting_is")
    notices("and one that is no test", absent, "every_setting_is_read", "literals")
    notices("and a sample that is missing", absent, "hack-assigned", "hack-given")
    notices("and a function of a unit test that is none", absent, "a_usable_one_is_let", "set_up")
    notices("and a description where functions are named", absent,
            "test_nar.c: a_usable_one_is_let", 'test_nar.c: "link2"')
    notices("and a name that is none", absent, "test_nar.c: ", "test-nar.c: ")
    tap.notices("and a threat whose test is missing", bad_threats(
        read(SECURITY).replace("test_stable.c: corrupted", "test_stable.c: corrupt")))
    tap.notices("and one without a test", bad_threats(
        re.sub("``test_solicit.c:.*|``test_conform_par.c: who_asks.*", "", read(SECURITY))))
    notices("and a contradiction that is not told", unexplained, "C-01\n\tIt", "C-02\n\tIt")


def main():
    tap = Tap()
    for path in TABLES:
        check(tap, path)
    tap.test(f"{SECURITY} has the threats to fmipd, with a test", bad_threats(read(SECURITY)))
    tap.test("there is such a document", [] if TABLES else ["none"])
    self_test(tap)
    return tap.done()


sys.exit(main())
