#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turns what the sweep's guest saw into a table and sweep.json.

    sweep.py DIR

DIR/runs has a directory for each handover.  One of which the figures would show nothing,
as the machine was too slow for it, is left out, and told of.  The exit status is 1 if with
fmipd anything was lost or reordered, or in a predictive handover duplicated, or if more
than one in fifty is left out.
"""

import json
import os
import statistics
import sys

from run import MODES, Refused, datagrams, faults, read_json, read_steps

# What is counted, how the column is called, its width, and how many decimals it has: the
# median of counts can lie between two of them.
COLUMNS = (
    ("lost", "lost", 19, 1),
    ("duplicated", "duplicated", 15, 1),
    ("reordered", "reordered", 13, 1),
    ("longest_silence_ms", "silence, ms", 18, 0),
    ("recovery_ms", "recovery, ms", 20, 0),
)


def handover(directory):
    """One of them, as it is in sweep.json."""
    result = read_json(directory, "run.json")
    figures = datagrams(directory, read_steps(directory))
    result |= {key: figures[key] for key, *_ in COLUMNS} | {"without_link": figures["without_link"]}
    return result | {"faults": faults(result["mode"], result)}


def spread(values):
    """Of those that there are: a delay that never is as before has no recovery."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return {"min": min(known), "median": statistics.median(known), "max": max(known),
            "of": len(known)}


def summaries(handovers):
    """Each gap and mode, in that order."""
    keys = sorted({(one["gap_ms"], MODES.index(one["mode"])) for one in handovers})
    result = []
    for gap, mode in keys:
        these = [one for one in handovers
                 if one["gap_ms"] == gap and one["mode"] == MODES[mode]]
        result.append({"gap_ms": gap, "mode": MODES[mode], "runs": len(these)} |
                      {key: spread([one[key] for one in these])
                       for key in [key for key, *_ in COLUMNS] + ["without_link"]})
    return result


def cell(figures, runs, digits):
    if figures is None:
        return "-"
    text = "/".join(f"{figures[key]:.{digits}f}".removesuffix(".0")
                      for key in ("min", "median", "max"))
    return text if figures["of"] == runs else f"{text} ({figures['of']})"


def print_table(parameters, rows):
    print(f"Minimum / median / maximum of {parameters['runs']} runs, seed {parameters['seed']}; "
          "(n): of n of them")
    print(f"{'gap, ms':8}{'mode':12}" + "".join(f"{name:>{width}}" for _, name, width, _ in COLUMNS))
    for row in rows:
        print(f"{row['gap_ms']:<8}{row['mode']:12}" + "".join(
            f"{cell(row[key], row['runs'], digits):>{width}}"
            for key, _, width, digits in COLUMNS))


def read_handovers(out):
    """What was seen of them, and why others are left out."""
    directory = os.path.join(out, "runs")
    if not os.path.isdir(directory):
        raise Refused(f"{directory}: there is none")
    found, left_out = [], []
    for name in sorted(os.listdir(directory)):
        try:
            found.append(handover(os.path.join(directory, name)))
        except Refused as error:
            left_out.append(str(error))
    if not found:
        raise Refused(f"{directory}: no handovers")
    found.sort(key=lambda one: (one["run"], one["gap_ms"], MODES.index(one["mode"])))
    return found, left_out


def main():
    if len(sys.argv) != 2:
        print("usage: sweep.py DIR", file=sys.stderr)
        return 2
    out = sys.argv[1]
    try:
        parameters = read_json(out, "parameters.json")
        handovers, left_out = read_handovers(out)
    except Refused as error:
        print(f"sweep.py: {error}", file=sys.stderr)
        return 1
    rows = summaries(handovers)
    with open(os.path.join(out, "sweep.json"), "w", encoding="utf-8") as file:
        json.dump({"parameters": parameters, "summary": rows, "handovers": handovers,
                   "left_out": left_out}, file, indent=1)
        file.write("\n")
    print_table(parameters, rows)
    for why in left_out:
        print(f"sweep.py: left out: {why}", file=sys.stderr)
    faulty = [one for one in handovers if one["faults"]]
    for one in faulty:
        print(f"sweep.py: run {one['run']}, {one['gap_ms']} ms, {one['mode']}: "
              + ", ".join(one["faults"]), file=sys.stderr)
    return 1 if faulty or len(left_out) * 50 > len(handovers) else 0


if __name__ == "__main__":
    sys.exit(main())
