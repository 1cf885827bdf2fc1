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
    """First arrivals: milliseconds since link-down, number since then, delay."""
    zero, seen, result = origin(sent, steps), set(), []
    for seq, at, arrived in received:
        if seq not in seen:
            seen.add(seq)
            result.append(((arrived - steps["link-down"]) / MS, seq - zero, (arrived - at) / MS))
    return result


def lost_range(sent, received, steps, bottom, top):
    """First and last of the numbers lost within the picture, and how many."""
    zero, seen = origin(sent, steps), {record[0] for record in received}
    lost = [seq - zero for seq, _ in sent if seq not in seen and bottom <= seq - zero <= top]
    return (min(lost), max(lost), len(lost)) if lost else None


def caught_up(arrivals, up):
    """When fast is as late as it was before the handover, within 5 ms."""
    before = sorted(delay for x, _, delay in arrivals if x < 0)
    usual = before[len(before) // 2] + 5 if before else 0
    return min((x for x, _, delay in arrivals if x > up and delay <= usual), default=up + MOST_MS)


def window(arrivals, up):
    """From when to when the picture goes: all that the handover has changed."""
    last = min(max((x for x, _, _ in one if x < 0), default=0) for one in arrivals.values())
    return (min(-BEFORE_MS, last - BEFORE_MS / 3),
            min(caught_up(arrivals["fast"], up), up + MOST_MS) + AFTER_MS)


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
    released = [(x, y) for x, y, _ in arrivals if up < x < caught]
    if len(released) < 2:
        return
    (x0, y0), (x1, y1) = released[0], released[-1]
    pace = (y1 - y0) / max(x1 - x0, 1)
    how = f", {pace:.1f} times as fast\nas it was sent, until it has caught up" if pace > 1.1 else ""
    axes.annotate(f"fast: what waited arrives, all of it\nand in order{how}", released[len(released) // 3],
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
    left, right = window(arrivals, up)
    for name in modes:
        shown = [(x, y) for x, y, _ in arrivals[name] if left <= x <= right]
        axes.plot([x for x, _ in shown], [y for _, y in shown], MARKERS[name], markersize=3.5,
                  color=COLOURS[name], label=LABELS[name], zorder=3 if name == "fast" else 2)
    axes.set_xlim(left, right)
    axes.autoscale(axis="y", tight=True)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 15, top + (top - bottom) * 0.06)
    annotate_gap(axes, up, axes.get_ylim()[1] - (top - bottom) * 0.015)
    lost = lost_range(*modes["none"], bottom, top)
    if lost:
        annotate_lost(axes, lost, up)
    annotate_release(axes, arrivals["fast"], up, right - AFTER_MS)
    axes.set_xlabel("arrival at the mobile node, ms after its old link went away")
    axes.set_ylabel("sequence number, 0 = sent when the link went away")
    axes.set_title("1,000 packets a second to a mobile node that changes its router")
    axes.grid(color="0.93")
    for text in axes.texts:
        text.set_in_layout(False)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.93), markerscale=2, framealpha=1)
    figure.savefig(os.path.join(out, "handover.svg"), metadata={"Date": None})
