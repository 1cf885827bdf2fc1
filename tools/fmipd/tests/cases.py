# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests in Python are made of: each is a function marked with @test, is run in an
# empty directory of its own, and is a line of TAP. It may return why it was skipped.

import os
import subprocess
import sys
import tempfile

tests = []


class Failed(Exception):
    pass


def test(function):
    tests.append((function.__name__.replace("_", " "), function))
    return function


def require(good, *what):
    if not good:
        raise Failed("\n".join(str(w) for w in what))


def same(found, wanted):
    require(found == wanted, "found:", found, "wanted:", wanted)


def run_one(number, name, function):
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        try:
            skip = function()
        except (Failed, KeyError, OSError, TypeError, ValueError,
                subprocess.SubprocessError) as failure:
            print(f"not ok {number} {name}")
            print("".join(f"# {type(failure).__name__}: {line}\n"
                          for line in str(failure).splitlines()), end="")
            return False
        finally:
            os.chdir("/")
    print(f"ok {number} {name}" + (f" # SKIP {skip}" if skip else ""))
    return True


def run_all():
    print("TAP version 13")
    print(f"1..{len(tests)}")
    results = [run_one(i + 1, *entry) for i, entry in enumerate(tests)]
    sys.exit(not all(results))
