#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turns what the demo's guest saw into a table, demo.json and handover.svg.

    report.py DIR

DIR has a directory for each mode: none, mipv6, predictive and reactive.  The exit
status is 1 if with fmipd, in the last two, anything was lost or reordered, in a
predictive handover anything duplicated, or a download damaged.
"""

import json
import os
import re
import sys

from run import (MODES, Refused, datagrams, faults, ms, read, read_csv, read_json,
                 read_messages, read_steps, silence_parts)

# Each part of the signalling: which node's capture it is in, from what to what.
SIGNALLING = {
    "rtsolpr_to_prrtadv_ms": ("mn", "RtSolPr", "PrRtAdv"),
    "fbu_to_fback_ms": ("mn", "FBU", "FBack"),
    "hi_to_hack_ms": ("par", "HI", "HAck"),
    "una_to_first_tunnelled_ms": ("nar", "UNA", "tunnelled"),
}


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


def between(messages, first, then):
    """From the first message of one name to the next one of the other."""
    began = min((ns for ns, name in messages if name == first), default=None)
    ended = min((ns for ns, name in messages if name == then and began and ns >= began),
                default=None)
    return None if ended is None else ms(ended - began)


def signalling(captures, steps):
    """What was seen of the protocol on the wires."""
    found = {part: between(captures[node], first, then)
             for part, (node, first, then) in SIGNALLING.items()}
    unas = [ns for ns, name in captures["mn"] if name == "UNA" and ns >= steps["link-up"]]
    fbacks = [ns for ns, name in captures["mn"] if name == "FBack" and ns <= steps["detach"]]
    found["link_up_to_una_ms"] = ms(min(unas) - steps["link-up"]) if unas else None
    found["fback_to_detach_ms"] = ms(steps["detach"] - min(fbacks)) if fbacks else None
    found["messages"] = [{"ms": ms(ns - steps["link-down"]), "seen_at": node, "name": name}
                         for ns, name, node in sorted(
                             (ns, name, node) for node, names in captures.items()
                             for ns, name in names if name != "tunnelled")]
    return found


def own_record(directory):
    """The parts of the handover as each node's fmipd has recorded them."""
    found = {}
    for role in ("mn", "par", "nar"):
        for handover in read_json(directory, f"{role}.handovers"):
            if handover.get("role") == role and "record" in handover:
                found[role] = {f"{part}_ms": ms(ns) for part, ns
                               in handover["record"].get("parts_ns", {}).items()}
    return found


def buffer(directory, router):
    """What the binding of a router says of itself, if it has one."""
    bindings = read_json(directory, f"{router}.binding")
    if not bindings:
        return None
    if len(bindings) != 1:
        raise Refused(f"{directory}/{router}.binding: {len(bindings)} bindings, not one")
    stats = bindings[0]["stats"]
    first = stats.get("first_release_ns")
    return {
        "peak_packets": stats["peak"]["packets"],
        "peak_bytes": stats["peak"]["bytes"],
        "released": stats["released"],
        "dropped": stats["dropped"],
        "attached_to_first_released_ms": None if first is None else ms(first),
    }


def protocol(directory, steps):
    """What is only there where fmipd runs."""
    captures = {node: read_messages(directory, node) for node in ("mn", "par", "nar")}
    return {
        "signalling": signalling(captures, steps),
        "fmipd_record": own_record(directory),
        "buffers": {router: buffer(directory, router) for router in ("par", "nar")},
    }


def mode_of(directory, name):
    """Everything about one mode, as demo.json has it."""
    steps = read_steps(directory)
    mode = datagrams(directory, steps)
    speaks = os.path.exists(os.path.join(directory, "mn.pcap"))
    una = min((ns for ns, what in read_messages(directory, "mn")
               if what == "UNA" and ns >= steps["link-up"]), default=None)
    events = steps | ({"UNA": una} if una else {})
    mode["silence_parts"] = silence_parts(read_json(directory, "down.json"), events)
    mode |= protocol(directory, steps) if speaks else {}
    mode["tcp"] = tcp(read_json(directory, "iperf3.json"))
    mode["ping"] = ping(read(directory, "ping"))
    mode["download_ok"] = read(directory, "file.sha256") == read(directory, "download.sha256")
    mode["steps_ms"] = {event: ms(ns - steps["link-down"]) for event, ns in events.items()}
    mode["faults"] = faults(name, mode)
    if name in ("predictive", "reactive") and not mode["download_ok"]:
        mode["faults"].append("the downloaded file is damaged")
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
    ("  by a node without a link", "uplink.without_link"),
    ("  lost", "uplink.lost"),
    ("  duplicated", "uplink.duplicated"),
    ("  reordered", "uplink.reordered"),
    ("Longest silence, to the node, ms", "longest_silence_ms"),
    ("  last packet to link down", "silence_parts.last_packet_to_link_down_ms"),
    ("  no link", "silence_parts.link_down_to_link_up_ms"),
    ("  link up to UNA", "silence_parts.link_up_to_una_ms"),
    ("  UNA to first packet", "silence_parts.una_to_first_packet_ms"),
    ("  link up to routes switched", "silence_parts.link_up_to_switch_ms"),
    ("  switched to first packet", "silence_parts.switch_to_first_packet_ms"),
    ("  link up to first packet", "silence_parts.link_up_to_first_packet_ms"),
    ("Longest silence, from the node, ms", "uplink.longest_silence_ms"),
    ("Link up to delay as before, ms", "recovery_ms"),
    ("Signalling on the wire, ms", None),
    ("  FBU to FBack", "signalling.fbu_to_fback_ms"),
    ("  HI to HAck", "signalling.hi_to_hack_ms"),
    ("  FBack to leaving", "signalling.fback_to_detach_ms"),
    ("  link up to UNA", "signalling.link_up_to_una_ms"),
    ("  UNA to first tunnelled packet", "signalling.una_to_first_tunnelled_ms"),
    ("The same by fmipd's record, ms", None),
    ("  FBU to FBack", "fmipd_record.mn.fbu_to_fback_ms"),
    ("  HI to HAck", "fmipd_record.par.hi_to_hack_ms"),
    ("  no link", "fmipd_record.mn.link_gap_ms"),
    ("  link up to UNA", "fmipd_record.mn.link_up_to_una_ms"),
    ("  UNA to all released", "fmipd_record.nar.una_to_released_ms"),
    ("Most buffered, packets", None),
    ("  at the previous router", "buffers.par.peak_packets"),
    ("  at the new router", "buffers.nar.peak_packets"),
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
    print(f"{'':36}" + "".join(f"{name:>12}" for name in modes))
    for label, path in ROWS:
        values = [dig(mode, path) if path else None for mode in modes.values()]
        if path and all(value is None for value in values):
            continue
        cells = "" if path is None else "".join(f"{cell(value):>12}" for value in values)
        print(f"{label:36}{cells}".rstrip())


def draw(out, modes):
    import picture  # the table is there even if the picture fails
    picture.draw(out, {name: (read_csv(out, name, "down.sent"),
                              read_csv(out, name, "down.received"),
                              read_steps(os.path.join(out, name)),
                              mode["steps_ms"].get("UNA")) for name, mode in modes.items()})


def main():
    if len(sys.argv) != 2:
        print("usage: report.py DIR", file=sys.stderr)
        return 2
    out = sys.argv[1]
    try:
        result = {"parameters": read_json(out, "parameters.json"),
                  "modes": {name: mode_of(os.path.join(out, name), name) for name in MODES}}
        with open(os.path.join(out, "demo.json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
            file.write("\n")
        print_table(result["modes"])
        draw(out, result["modes"])
    except Refused as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    faulty = {name: mode["faults"] for name, mode in result["modes"].items() if mode["faults"]}
    for name, found in faulty.items():
        print(f"report.py: {name}: " + ", ".join(found), file=sys.stderr)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
