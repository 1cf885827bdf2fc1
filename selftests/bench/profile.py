#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Where the instructions of each row go.

usage: profile.py --lines FILE CONSOLE BLOCKS SYMBOLS

FILE gets lines as those of the guest, with the misses in the second level of the
model of the caches; CONSOLE has lines "@profile path=NAME bindings=N run=N packets=N", BLOCKS is what
plugin.c wrote, SYMBOLS is /proc/kallsyms, padded with zeros.
"""
import argparse
import bisect
import collections

LEAST = 2.0     # instructions per packet


def read_rows(name):
    rows = []
    with open(name, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("@profile "):
                rows.append(dict(word.split("=", 1) for word in line.split()[1:]))
    return rows


def read_runs(name):
    runs = []
    with open(name, encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if words[0] == "RUN":
                totals = {k: int(v) for k, v in (w.split("=") for w in words[1:])}
                runs.append((totals, []))
            else:
                runs[-1][1].append((int(words[1], 16), int(words[2]) * int(words[3])))
    return runs


def read_symbols(name):
    with open(name, "rb") as file:
        text = file.read().rstrip(b"\0").decode()
    symbols = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3:
            symbols.append((int(words[0], 16), words[2] + " " + "".join(words[3:])))
    symbols.sort()
    return [s[0] for s in symbols], [s[1] for s in symbols]


def by_function(blocks, symbols):
    starts, names = symbols
    functions = collections.Counter()
    for address, count in blocks:
        at = bisect.bisect_right(starts, address) - 1
        functions[names[at] if at >= 0 else "(programs)"] += count
    return functions


def show(row, run, symbols):
    totals, blocks = run
    packets = int(row["packets"])
    print(f"== {row['path']}, {row['bindings']} bindings, per packet")
    print("   " + ", ".join(f"{k} {v / packets:.1f}" for k, v in totals.items()))
    ours = 0
    for name, count in by_function(blocks, symbols).most_common():
        if "[fmip]" in name:
            ours += count
        if count / packets >= LEAST:
            print(f"{count / packets:9.1f}  {name.strip()}")
    print(f"   of these in fmip itself: {ours / packets:.1f}")
    print()


def write_misses(file, row, run):
    misses = run[0]["l2"] / int(row["packets"])
    print(f"@row path={row['path']}_misses bindings={row['bindings']} misses={misses:.2f}",
          file=file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", required=True)
    parser.add_argument("console")
    parser.add_argument("blocks")
    parser.add_argument("symbols")
    args = parser.parse_args()
    runs = read_runs(args.blocks)
    symbols = read_symbols(args.symbols)
    with open(args.lines, "w", encoding="ascii") as lines:
        for row in read_rows(args.console):
            run = runs[int(row["run"]) - 1]
            show(row, run, symbols)
            write_misses(lines, row, run)


if __name__ == "__main__":
    main()
