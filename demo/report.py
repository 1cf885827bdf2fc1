#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turns what the demo's guest saw into a table, demo.json and handover.svg.

    report.py DIR

DIR has a directory for each mode, none and fast.  The exit status is 1 if with
fast anything was lost, duplicated or reordered, or a download was damaged.
"""

import json
import os
import re
import sys

MS = 1e6
GAP_NAMES = ("last_packet_to_link_down_ms", "link_gap_ms", "link_up_to_una_ms",
             "una_to_first_packet_ms")


class Refused(Exception):
    """What the guest left cannot be reported upon."""


def read(*path):
    try:
        with open(os.path.join(*path), encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise Refused(f"{os.path.join(*path)}: {error.strerror}") from error


def read_json(*path):
    try:
        return json.loads(read(*path))
    except ValueError as error:
        raise Refused(f"{os.path.join(*path)}: {error}") from error


def read_csv(*path):
    return [tuple(map(int, line.split(","))) for line in read(*path).split()[1:]]


def read_steps(directory):
    """Each event's last time."""
    return {name: int(ns) for ns, name in map(str.split, read(directory, "steps").splitlines())}


def ms(ns):
    return round(ns / MS, 3)


def stream(report):
    """One direction of the datagrams."""
    keys = ("sent", "received", "lost", "duplicated", "reordered")
    return {key: report[key] for key in keys} | {
        "longest_silence_ms": ms(report["silence_ns"]),
        "delay_before_ms": ms(report["delay_before_ns"]),
        "delay_after_ms": ms(report["delay_after_ns"]),
        "recovery_ms": ms(report["recovery_ns"]) if report["recovery_ns"] != -1 else None,
    }


def silence_parts(report, steps):
    """The longest silence of the downlink, cut at what happened in it."""
    begin, end = report["silence_begin_ns"], report["silence_end_ns"]
    cuts = [begin, steps["link-down"], steps["link-up"]]
    if "una-sent" in steps:
        cuts.append(steps["una-sent"])
    cuts.append(end)
    if cuts != sorted(cuts):
        return None
    parts = dict(zip(GAP_NAMES, (ms(b - a) for a, b in zip(cuts, cuts[1:]))))
    if "una-sent" not in steps:
        parts["link_up_to_first_packet_ms"] = parts.pop("link_up_to_una_ms")
    return parts


def tcp(result):
    end = result.get("end", {})
    if "sum_received" not in end:
        raise Refused(f"iperf3: {result.get('error', 'no result')}")
    return {
        "goodput_mbit_s": round(end["sum_received"]["bits_per_second"] / 1e6, 3),
        "retransmissions": end["sum_sent"]["retransmits"],
    }


def ping(text):
    found = re.search(r"(\d+) packets transmitted, (\d+) received(?:, \+(\d+) duplicates)?", text)
    if not found:
        raise Refused("ping: no result")
    sent, received = int(found[1]), int(found[2])
    return {"sent": sent, "lost": sent - received, "duplicated": int(found[3] or 0)}


def captured_ms(text):
    """From the announcement to the first tunnelled packet, on the NAR's wire."""
    una = first = None
    for line in text.splitlines():
        seconds, rest = line.split(" ", 1)
        if una is None and "neighbor advertisement" in rest:
            una = float(seconds)
        elif una is not None and "neighbor advertisement" not in rest:
            first = float(seconds)
            break
    return None if first is None else round((first - una) * 1e3, 3)


def buffer(directory):
    """What the NAR's binding says of itself, and what was seen on the wire."""
    bindings = read_json(directory, "nar.binding")
    if len(bindings) != 1:
        raise Refused(f"{directory}/nar.binding: {len(bindings)} bindings, not one")
    stats = bindings[0]["stats"]
    return {
        "peak_packets": stats["peak"]["packets"],
        "peak_bytes": stats["peak"]["bytes"],
        "released": stats["released"],
        "dropped": stats["dropped"],
        "una_to_first_buffered_ms": ms(stats["first_release_ns"]),
        "una_to_first_buffered_wire_ms": captured_ms(read(directory, "nar.capture")),
    }


def mode_of(directory):
    """Everything about one mode, as demo.json has it."""
    steps = read_steps(directory)
    reports = {name: read_json(directory, f"{file}.json")
               for name, file in (("downlink", "down"), ("uplink", "up"))}
    mode = {key: sum(report[key] for report in reports.values())
            for key in ("sent", "lost", "duplicated", "reordered")}
    mode["longest_silence_ms"] = ms(reports["downlink"]["silence_ns"])
    mode["silence_parts"] = silence_parts(reports["downlink"], steps)
    mode["recovery_ms"] = stream(reports["downlink"])["recovery_ms"]
    mode |= {name: stream(report) for name, report in reports.items()}
    mode["buffer"] = buffer(directory) if "una-sent" in steps else None
    mode["tcp"] = tcp(read_json(directory, "iperf3.json"))
    mode["ping"] = ping(read(directory, "ping"))
    mode["download_ok"] = read(directory, "file.sha256") == read(directory, "download.sha256")
    mode["steps_ms"] = {name: ms(ns - steps["link-down"]) for name, ns in steps.items()}
    return mode


def dig(mode, path):
    for key in path.split("."):
        if mode is None or key not in mode:
            return None
        mode = mode[key]
    return mode


ROWS = (
    ("Datagrams, to the node", None),
    ("  sent", "downlink.sent"),
    ("  lost", "downlink.lost"),
    ("  duplicated", "downlink.duplicated"),
    ("  reordered", "downlink.reordered"),
    ("Datagrams, from the node", None),
    ("  sent", "uplink.sent"),
    ("  lost", "uplink.lost"),
    ("  duplicated", "uplink.duplicated"),
    ("  reordered", "uplink.reordered"),
    ("Longest silence, to the node, ms", "longest_silence_ms"),
    ("  last packet to link down", "silence_parts.last_packet_to_link_down_ms"),
    ("  no link", "silence_parts.link_gap_ms"),
    ("  link up to UNA", "silence_parts.link_up_to_una_ms"),
    ("  UNA to first packet", "silence_parts.una_to_first_packet_ms"),
    ("  link up to first packet", "silence_parts.link_up_to_first_packet_ms"),
    ("Longest silence, from the node, ms", "uplink.longest_silence_ms"),
    ("Link up to delay as before, ms", "recovery_ms"),
    ("Most buffered, packets", "buffer.peak_packets"),
    ("UNA to first buffered packet, ms", None),
    ("  by the kernel's clock", "buffer.una_to_first_buffered_ms"),
    ("  on the wire", "buffer.una_to_first_buffered_wire_ms"),
    ("TCP goodput, Mbit/s", "tcp.goodput_mbit_s"),
    ("TCP retransmissions", "tcp.retransmissions"),
    ("Pings lost", "ping.lost"),
    ("Downloaded file is intact", "download_ok"),
)


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def print_table(modes):
    print(f"{'':36}" + "".join(f"{name:>10}" for name in modes))
    for label, path in ROWS:
        cells = "" if path is None else "".join(f"{cell(dig(mode, path)):>10}"
                                                for mode in modes.values())
        print(f"{label:36}{cells}".rstrip())


def faults(fast):
    """Why the handover is not what it is to be; empty if it is."""
    found = [f"{fast[key]} {key}" for key in ("lost", "duplicated", "reordered") if fast[key]]
    if fast["ping"]["lost"]:
        found.append(f"{fast['ping']['lost']} pings lost")
    if not fast["download_ok"]:
        found.append("the downloaded file is damaged")
    return found


def main():
    if len(sys.argv) != 2:
        print("usage: report.py DIR", file=sys.stderr)
        return 2
    out = sys.argv[1]
    try:
        modes = {name: mode_of(os.path.join(out, name)) for name in ("none", "fast")}
        with open(os.path.join(out, "demo.json"), "w", encoding="utf-8") as file:
            json.dump({"modes": modes}, file, indent=2)
            file.write("\n")
        print_table(modes)
        import picture  # the table is there even if the picture fails
        picture.draw(out, {name: (read_csv(out, name, "down.sent"),
                                  read_csv(out, name, "down.received"),
                                  read_steps(os.path.join(out, name))) for name in modes})
    except Refused as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    found = faults(modes["fast"])
    if found:
        print("report.py: fast: " + ", ".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
