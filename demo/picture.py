# SPDX-License-Identifier: GPL-2.0-only
"""Draws handover.svg: arrival time against sequence number, a panel for each mode."""

import os

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

MS = 1e6
BEFORE_MS = 120         # of the time before the link goes down
AFTER_MS = 120          # of the time after all have caught up
MOST_MS = 1500          # of the time after the first one has come
# Okabe and Ito's colours, which the colour-blind can tell apart.
COLOURS = {"none": "#D55E00", "mipv6": "#CC79A7", "predictive": "#0072B2", "reactive": "#009E73"}
LOST = "#000000"
TITLES = {
    "none": "none: routes switch when the new link is up",
    "mipv6": "mipv6: a router's answer, then a home agent's",
    "predictive": "predictive: fmipd, the FBU sent on the old link",
    "reactive": "reactive: fmipd, the FBU sent on the new link",
}


def origin(sent, steps):
    """The number that is sent at the moment the link goes down."""
    return min(sent, key=lambda record: abs(record[1] - steps["link-down"]))[0]


def points(sent, received, steps):
    """All arrivals: milliseconds since link-down, number since then, delay, and whether
    it is the first with that number."""
    zero, seen, result = origin(sent, steps), set(), []
    for seq, at, arrived in received:
        result.append(((arrived - steps["link-down"]) / MS, seq - zero, (arrived - at) / MS,
                       seq not in seen))
        seen.add(seq)
    return result


def never_arrived(sent, received, steps):
    """When each was sent that did not arrive, and its number."""
    zero, seen = origin(sent, steps), {record[0] for record in received}
    return [((at - steps["link-down"]) / MS, seq - zero) for seq, at in sent if seq not in seen]


def caught_up(arrivals, up):
    """When packets are as late as they were before the handover, within 5 ms."""
    before = sorted(delay for x, _, delay, _ in arrivals if x < 0)
    usual = before[len(before) // 2] + 5 if before else 0
    return min((x for x, _, delay, _ in arrivals if x > up and delay <= usual),
               default=up + MOST_MS)


def window(arrivals, up):
    """From when to when the picture goes: all that a handover has changed, if it can be."""
    begin, end = [], []
    for name, one in arrivals.items():
        begin.append(max((x for x, *_ in one if x < 0), default=0))
        first = min((x for x, *_ in one if x > up[name]), default=up[name])
        end.append(min(caught_up(one, up[name]), max(up[name], first) + MOST_MS))
    return min(begin) - BEFORE_MS, max(end) + AFTER_MS


def summary(lost, arrivals, up):
    """What there is to be said of a mode, in a few words."""
    first = min((x for x, *_ in arrivals if x > up), default=None)
    twice = sum(not is_first for *_, is_first in arrivals)
    lines = [f"{len(lost)} never arrive" if lost else "all arrive"]
    if twice:
        lines.append(f"{twice} arrive twice")
    if first is not None:
        lines.append(f"first one {first - up:.0f} ms after link up")
    return "\n".join(lines)


def draw_panel(axes, name, mode, arrivals, up, view):
    left, right, bottom, top = view
    sent, received, steps, una = mode
    lost = never_arrived(sent, received, steps)
    axes.axvspan(0, up, color="0.88", zorder=0)
    if una is not None and una < right:
        axes.axvline(una, color="0.35", lw=0.8, ls="--", zorder=1)
        axes.text(una + 6, bottom + (top - bottom) * 0.02, "UNA", color="0.25", ha="left",
                  va="bottom")
    shown = [(x, y) for x, y in lost if left <= x <= right and bottom <= y <= top]
    axes.plot([x for x, _ in shown], [y for _, y in shown], "|", markersize=3, color=LOST,
              zorder=2, label="sent, never arrived")
    shown = [(x, y) for x, y, *_ in arrivals if left <= x <= right and bottom <= y <= top]
    axes.plot([x for x, _ in shown], [y for _, y in shown], ".", markersize=3,
              color=COLOURS[name], zorder=3, label="arrived")
    axes.text(0.02, 0.97, summary(lost, arrivals, up), transform=axes.transAxes,
              ha="left", va="top", bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5})
    axes.set_title(TITLES[name], fontsize=10, loc="left")
    axes.grid(color="0.93")


def draw(out, modes):
    """modes: name -> (sent, received, steps, UNA); writes handover.svg below out."""
    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "fmip", "font.family": "DejaVu Sans"})
    figure, panels = plt.subplots(2, 2, figsize=(10, 7.2), sharex=True, sharey=True,
                                  constrained_layout=True)
    arrivals = {name: points(*mode[:3]) for name, mode in modes.items()}
    up = {name: (mode[2]["link-up"] - mode[2]["link-down"]) / MS for name, mode in modes.items()}
    left, right = window(arrivals, up)
    ys = [y for one in arrivals.values() for x, y, *_ in one if left <= x <= right]
    view = (left, right, min(ys) - 15, max(ys) + 15)
    for axes, (name, mode) in zip(panels.flat, modes.items()):
        draw_panel(axes, name, mode, arrivals[name], up[name], view)
        axes.legend(loc="lower right", markerscale=2, framealpha=1)
    panels[0][0].set_xlim(left, right)
    panels[0][0].set_ylim(*view[2:])
    gap = sum(up.values()) / len(up)
    figure.suptitle(f"1,000 packets a second to a mobile node that has no link for {gap:.0f} ms "
                    "(grey) and then another router's")
    figure.supxlabel("arrival at the mobile node (lost: when it was sent), "
                     "ms after its old link went away", fontsize=9)
    figure.supylabel("sequence number, 0 = sent when the link went away", fontsize=9)
    figure.savefig(os.path.join(out, "handover.svg"), metadata={"Date": None})
