# SPDX-License-Identifier: GPL-2.0-only
"""What a run has left in its directory, and what that says of the handover."""

import json
import os

import capture

MS = 1e6
# The counts of which a handover by fmipd may have none, by mode.
FAULTLESS = {
    "predictive": ("lost", "duplicated", "reordered"),
    "reactive": ("lost", "reordered"),
}
MODES = ("none", "mipv6", "predictive", "reactive")


class Refused(Exception):
    """What the guest left cannot be reported upon."""


def read(*path, mode="r"):
    try:
        with open(os.path.join(*path), mode, encoding=None if "b" in mode else "utf-8") as file:
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


def read_messages(directory, name):
    """The messages of a capture, if that one was made."""
    if not os.path.exists(os.path.join(directory, f"{name}.pcap")):
        return []
    try:
        return capture.messages(read(directory, f"{name}.pcap", mode="rb"),
                                int(read(directory, "clock")))
    except capture.Refused as error:
        raise Refused(f"{directory}/{name}.pcap: {error}") from error


def ms(ns):
    return round(ns / MS, 3)


def without_link(directory, steps):
    """How many the node itself sent while it had no link, so that nobody heard them."""
    arrived = {record[0] for record in read_csv(directory, "up.received")}
    return sum(seq not in arrived for seq, at in read_csv(directory, "up.sent")
               if steps["detach"] <= at < steps["link-up"])


def stream(report, unsent):
    """One direction of the datagrams."""
    return {
        "sent": report["sent"], "received": report["received"], "without_link": unsent,
        "lost": report["lost"] - unsent,
        "duplicated": report["duplicated"], "reordered": report["reordered"],
        "longest_silence_ms": ms(report["silence_ns"]),
        "delay_before_ms": ms(report["delay_before_ns"]),
        "delay_after_ms": ms(report["delay_after_ns"]),
        # Less than none: the longest silence was not that of the handover.
        "recovery_ms": ms(report["recovery_ns"]) if report["recovery_ns"] >= 0 else None,
    }


def silence_parts(report, events):
    """The longest silence of the downlink, cut at what happened in it."""
    begin, end = report["silence_begin_ns"], report["silence_end_ns"]
    if not begin <= events["link-down"] <= events["link-up"] <= end:
        return None
    cuts = [("last_packet", begin), ("link_down", events["link-down"]),
            ("link_up", events["link-up"])]
    cuts += [(name, events[event]) for event, name in (("UNA", "una"), ("routes-switched", "switch"))
             if events["link-up"] <= events.get(event, end) < end]
    cuts.append(("first_packet", end))
    return {f"{name}_to_{then}_ms": ms(b - a)
            for (name, a), (then, b) in zip(cuts, cuts[1:])}


def datagrams(directory, steps):
    """Both directions, and their sums."""
    reports = [read_json(directory, f"{name}.json") for name in ("down", "up")]
    if any(report["first_sent_ns"] > steps["detach"] or report["last_sent_ns"] < steps["link-up"]
           for report in reports):
        raise Refused(f"{directory}: the datagrams did not go on while the node moved")
    down, up = stream(reports[0], 0), stream(reports[1], without_link(directory, steps))
    sums = {key: down[key] + up[key]
            for key in ("sent", "without_link", "lost", "duplicated", "reordered")}
    return sums | {"longest_silence_ms": down["longest_silence_ms"],
                   "recovery_ms": down["recovery_ms"], "downlink": down, "uplink": up}


def faults(name, mode):
    """Why a handover is not what it is to be; empty if it is."""
    return [f"{mode[key]} {key}" for key in FAULTLESS.get(name, ()) if mode[key]]
