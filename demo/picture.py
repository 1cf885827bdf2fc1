# SPDX-License-Identifier: GPL-2.0-only
"""Draws handover.svg: arrival time against sequence number, around the handover."""

import os

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

MS = 1e6
BEFORE_MS = 150         # of the time before the link goes down
AFTER_MS = 150          # of the time after fast has caught up
MOST_MS = 2000          # of the time after the new link is up
# Okabe and Ito's colours, which the colour-blind can tell apart.
COLOURS = {"none": "#D55E00", "fast": "#0072B2"}
MARKERS = {"none": "x", "fast": "."}
LABELS = {
    "none": "none: the route switches the moment the new link is up",
    "fast": "fast: fmip buffers at the new router",
}


def origin(sent, steps):
    """The number that is sent at the moment the link goes down."""
    return min(sent, key=lambda record: abs(record[1] - steps["link-down"]))[0]


def points(sent, received, steps):
    """First arrivals: milliseconds since link-down, number since then."""
    zero, seen, result = origin(sent, steps), set(), []
    for seq, _, arrived in received:
        if seq not in seen:
            seen.add(seq)
            result.append(((arrived - steps["link-down"]) / MS, seq - zero))
    return result


def lost_range(sent, received, steps):
    """First and last of the numbers lost around the handover, and how many."""
    zero, seen = origin(sent, steps), {record[0] for record in received}
    lost = [seq - zero for seq, _ in sent if seq not in seen]
    return (min(lost), max(lost), len(lost)) if lost else None


def caught_up(arrivals, up):
    """When fast is as late as it was before the handover, within 5 ms."""
    before = sorted(x - y for x, y in arrivals if x < 0)
    if not before:
        return up
    usual = before[len(before) // 2] + 5
    return min((x for x, y in arrivals if x > up and x - y <= usual), default=up)


def annotate_gap(axes, up, top):
    axes.axvspan(0, up, color="0.88", zorder=0)
    axes.text(up / 2, top, f"no link for {up:.0f} ms", ha="center", va="top", color="0.25")


def annotate_lost(axes, lost, up):
    low, high, n = lost
    x = up * 0.3
    axes.annotate("", (x, low), (x, high),
                  arrowprops={"arrowstyle": "|-|,widthA=0.4,widthB=0.4",
                              "color": COLOURS["none"], "lw": 1.5})
    axes.text(x + 8, (low + high) / 2, f"none: {n} packets\nnever arrive", va="center",
              color=COLOURS["none"])


def annotate_release(axes, arrivals, up, caught):
    released = [(x, y) for x, y in arrivals if up < x < caught]
    if len(released) < 2:
        return
    (x0, y0), (x1, y1) = released[0], released[-1]
    pace = (y1 - y0) / max(x1 - x0, 1)
    axes.annotate(f"fast: what waited arrives, all of it\nand in order, {pace:.1f} times as fast\n"
                  "as it was sent, until it has caught up", released[len(released) // 3],
                  (0.98, 0.08), textcoords="axes fraction", ha="right", va="bottom",
                  color=COLOURS["fast"],
                  arrowprops={"arrowstyle": "->", "color": COLOURS["fast"]})


def draw(out, modes):
    """modes: name -> (sent, received, steps); writes handover.svg below out."""
    plt.rcParams.update({"font.size": 10, "svg.hashsalt": "fmip", "font.family": "DejaVu Sans"})
    figure, axes = plt.subplots(figsize=(8, 5.2), constrained_layout=True)
    arrivals = {name: points(*mode) for name, mode in modes.items()}
    steps = modes["fast"][2]
    up = (steps["link-up"] - steps["link-down"]) / MS
    caught = caught_up(arrivals["fast"], up)
    left, right = -BEFORE_MS, min(max(caught, up) + AFTER_MS, up + MOST_MS)
    for name in modes:
        shown = [(x, y) for x, y in arrivals[name] if left <= x <= right]
        axes.plot([x for x, _ in shown], [y for _, y in shown], MARKERS[name], markersize=3.5,
                  color=COLOURS[name], label=LABELS[name], zorder=3 if name == "fast" else 2)
    axes.set_xlim(left, right)
    axes.autoscale(axis="y", tight=True)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 15, top + (top - bottom) * 0.06)
    annotate_gap(axes, up, axes.get_ylim()[1] - (top - bottom) * 0.015)
    lost = lost_range(*modes["none"])
    if lost:
        annotate_lost(axes, lost, up)
    annotate_release(axes, arrivals["fast"], up, caught)
    axes.set_xlabel("arrival at the mobile node, ms after its old link went away")
    axes.set_ylabel("sequence number, 0 = sent when the link went away")
    axes.set_title("1,000 packets a second to a mobile node that changes its router")
    axes.grid(color="0.93")
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.93), markerscale=2, framealpha=1)
    figure.savefig(os.path.join(out, "handover.svg"), metadata={"Date": None})
