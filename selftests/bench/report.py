#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make tables, and bench.json, of what the guests print.

usage: report.py --json FILE LINES

Exit status 1 if a figure cannot be believed or a guest has failed; a target that
is not reached is said, and no failure.
"""
import argparse
import collections
import json
import sys

# What a row is to reach: held against another row, or against nothing; "own"
# rows of fmip have no peer.
Target = collections.namedtuple("Target", "path bindings against of limit peers")

TARGETS = [
    Target("par_ip6ip6", 1, "plain", 1, 0.65, "tc_bpf_mac seg6_red ip6_tunnel"),
    Target("par_hooked", 1, "plain_hooked", 1, 0.78, "seg6_red_hooked ip6_tunnel_hooked"),
    Target("par_ip6ip6", 1000, "par_ip6ip6", 1, 1.02, "seg6_red ip6_tunnel"),
    Target("par_ip6ip6", 100000, "par_ip6ip6", 1, 1.02, "tc_bpf_mac seg6_red ip6_tunnel"),
    Target("par_ip6ip6", 1000000, "par_ip6ip6", 1, 1.02, ""),
    Target("par_ip6ip6_misses", 100000, None, None, 3, "plain_hosts_misses"),
    Target("par_gre_key", 1, "par_ip6ip6", 1, 1.05, "ip6gre"),
    Target("par_stateful", 1000, "plain_stateful", 1, 1.10, "ip6_tunnel_stateful"),
    Target("par_list", 1, "plain_list", 1, 1.15, ""),
    Target("decap_forward", 1, "plain", 1, 1.30, "ip6_tunnel_decap"),
    Target("decap_forward", 1000, "plain", 1, 1.30, "ip6_tunnel_decap"),
    Target("decap_forward", 100000, "plain", 1, 1.30, ""),
    Target("decap_link", 1, "plain", 1, 1.00, ""),
    Target("decap_link", 1000, "plain", 1, 1.00, ""),
    Target("decap_link", 100000, "plain", 1, 1.00, ""),
    Target("unmatched", 100000, "plain", 1, 1.08, "tc_bpf_unmatched"),
    Target("no_binding", 0, "plain", 1, 1.00, ""),
    Target("hold", 1, "receive_drop", 1, 1.15, "tc_plug_hold nfqueue_hold"),
    Target("release_immediate", 1, "plain", 1, 0.60, "tc_plug_release nfqueue_release"),
    Target("una_to_first", 1, None, None, 6000, ""),
    Target("bicast2", 1, "par_ip6ip6", 1, 2.00, ""),
    Target("binding_create_bulk", 100000, None, None, 3000,
           "tc_bpf_map_add route_add_nexthop route_add"),
    Target("binding_memory_shared", 100000, None, None, 256,
           "route_memory_nexthop route_memory route_memory_used"),
    Target("binding_memory_own", 100000, None, None, 512, ""),
    # what an allocator rounds differs from boot to boot
    Target("binding_memory_own_4cpus", 100000, "binding_memory_own", 100000, 1.03, ""),
    Target("gso_tx", 1, "ip6_tunnel_gso_tx", 1, 1.00, "plain_gso_tx"),
    Target("gso_tx_whole", 1, "ip6_tunnel_gso_tx_whole", 1, 1.00, "plain_gso_tx"),
    Target("gro_rx", 1, "ip6_tunnel_gro_rx", 1, 1.00, "plain_gro_rx"),
    Target("gro_rx_cells", 1, "ip6_tunnel_gro_rx_cells", 1, 1.00, "plain_gro_rx"),
    # repeats of the plain row differ by more than this
    Target("scaling2", 1000, "plain_scaling2", 1000, 0.97, ""),
]
MORE_IS_BETTER = {"scaling2"}
PEERS = ("plain", "receive_drop", "ip6_tunnel", "ip6gre", "seg6", "tc_", "nfqueue", "route_")
UNITS = ("instructions", "bytes", "misses", "speedup")


class Results:
    def __init__(self):
        self.rows = {}          # (path, bindings): (unit, value)
        self.references = {}    # the same, with the group in front
        self.group_of = {}
        self.none = {}
        self.wrong = []

    def add(self, group, line):
        word, _, rest = line[1:].partition(" ")
        if word in ("none", "wrong"):
            path, _, why = rest.partition(" why=")
            path = path.removeprefix("path=")
            if word == "none":
                self.none[path] = why
            else:
                self.wrong.append((path, why))
        elif word in ("row", "reference"):
            fields = dict(w.split("=", 1) for w in rest.split())
            unit = next(u for u in UNITS if u in fields)
            key = fields["path"], int(fields["bindings"])
            if word == "row":
                self.rows[key] = unit, float(fields[unit])
                self.group_of[key] = group
            self.references[(group,) + key] = unit, float(fields[unit])

    def against(self, target):
        """What a row is held against: of the same guest if that has it."""
        key = target.against, target.of
        group = self.group_of.get((target.path, target.bindings))
        found = self.references.get((group,) + key) or self.rows.get(key)
        return found and found[1]

    def peers(self, target):
        """The figures of the peers, at the same number of bindings or at 1."""
        for name in target.peers.split():
            for bindings in (target.bindings, 1000, 1, 100000):
                if (name, bindings) in self.rows:
                    yield f"{name} {figure(*self.rows[name, bindings])}"
                    break


def figure(unit, value):
    if unit in ("instructions", "bytes") and value >= 20:
        return f"{value:,.0f}"
    return f"{value:.3f}" if unit == "instructions" else f"{value:.2f}"


def read(name):
    results = Results()
    group = None
    with open(name, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("@begin "):
                group = line.split()[1]
            results.add(group, line)
    return results


def verdict(target, value, base):
    """How the target is meant, the ratio if there is one, and whether it is reached."""
    if target.against is None:
        return f"<= {target.limit:,}", "", value <= target.limit
    if base is None:
        return f"<= {target.limit:.2f}", "", None
    ratio = value / base
    if target.path in MORE_IS_BETTER:
        return f">= {target.limit:.2f}", f"{ratio:.2f}", ratio >= target.limit
    if target.path == "no_binding":
        # nothing of ours runs: what shares a chain of a hash differs by a few
        return f"<= {target.limit:.2f}", f"{ratio:.3f}", round(ratio, 2) <= target.limit
    return f"<= {target.limit:.2f}", f"{ratio:.3f}", ratio <= target.limit


def table(rows, head):
    widths = [max(len(r[i]) for r in rows + [head]) for i in range(len(head))]
    for row in [head] + rows:
        cells = [row[0].ljust(widths[0])]
        cells += [c.rjust(w) for c, w in zip(row[1:-1], widths[1:-1])]
        print("  ".join(cells + [row[-1]]).rstrip())
    print()


def targets(results):
    rows = []
    for t in TARGETS:
        of = f"{t.against}" if t.against else ""
        unit, value = results.rows.get((t.path, t.bindings), (None, None))
        if value is None:
            if t.path in results.none:
                rows.append([t.path, f"{t.bindings:,}", "", of, "", "", "not measured",
                             results.none[t.path]])
            continue
        base = results.against(t)
        limit, ratio, good = verdict(t, value, base)
        if base is not None:
            of += " " + figure(unit, base)
        said = {True: "reached", False: "NOT REACHED", None: ""}[good]
        rows.append([t.path, f"{t.bindings:,}", figure(unit, value), of, ratio, limit, said,
                     ", ".join(results.peers(t))])
    if rows:
        table(rows, ["fmip", "bindings", "figure", "held against", "ratio", "target", "",
                     "peers"])
    return sum(r[6] == "NOT REACHED" for r in rows), len(rows)


def others(results):
    wanted = {(t.path, t.bindings) for t in TARGETS}
    rows = [[path, f"{bindings:,}", figure(unit, value), unit]
            for (path, bindings), (unit, value) in sorted(results.rows.items())
            if (path, bindings) not in wanted]
    if rows:
        table(rows, ["others", "bindings", "figure", ""])


def write_json(results, kernel, name):
    rows = [{"path": path, "bindings": bindings,
             unit: int(value) if value == int(value) else value,
             "peer": path.startswith(PEERS)}
            for (path, bindings), (unit, value) in results.rows.items()]
    with open(name, "w", encoding="ascii") as file:
        json.dump({"kernel": kernel, "rows": rows,
                   "not_measured": results.none,
                   "wrong": [{"path": p, "why": w} for p, w in results.wrong]}, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("lines")
    args = parser.parse_args()
    results = read(args.lines)
    write_json(results, args.kernel, args.json)
    print("Instructions per packet (per byte of TCP: gso_*, gro_*), bytes per binding,")
    print("misses per packet in the second level of a model of caches\n")
    missed, count = targets(results)
    others(results)
    for path, why in results.wrong:
        print(f"WRONG: {path}: {why}")
    print(f"{count - missed} of {count} reached or open, {missed} not reached"
          if count else "no targets among these")
    return 1 if results.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
