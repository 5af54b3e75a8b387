"""Draws the benchmark's chart: one panel per scenario, one bar per contender, by rate.

    python chart.py results.json results.svg
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import matplotlib

matplotlib.use("svg")
# The same results give the same file, byte for byte.
matplotlib.rcParams["svg.hashsalt"] = "ayafileio"

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)

OURS = "#2a7f62"
FLOOR = "#b0b0b0"
PEER = "#d08c3c"
FLOORS = ("os.pread", "built-in open", "fs.readSync", "fs.readFileSync", "os.File")


def colour(contender: str) -> str:
    if contender == "ayafileio":
        return OURS
    return FLOOR if contender in FLOORS else PEER


def panel(axes: Any, outcome: dict[str, Any]) -> None:
    rows = sorted(outcome["rows"], key=lambda row: row["median"])
    names = [row["contender"] for row in rows]
    rates = [row["median"] for row in rows]
    bars = axes.barh(names, rates, color=[colour(name) for name in names], height=0.62)
    for bar, rate in zip(bars, rates, strict=True):
        axes.annotate(f" {rate:,.0f}/s", (bar.get_width(), bar.get_y() + bar.get_height() / 2), va="center", fontsize=8)
    axes.set_title(outcome["title"], fontsize=9.5, loc="left", fontweight="bold")
    axes.set_xlim(0, max(rates) * 1.3)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=8.5)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)


def main() -> None:
    report = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    outcomes = report["outcomes"]
    heights = [len(outcome["rows"]) for outcome in outcomes]
    figure, all_axes = plt.subplots(
        len(outcomes), 1, figsize=(7.6, 0.5 * len(outcomes) + 0.22 * sum(heights)), squeeze=False, height_ratios=heights
    )
    for axes, outcome in zip(all_axes[:, 0], outcomes, strict=True):
        panel(axes, outcome)
    figure.text(0.01, 0.005, f"{report['date']}, {report['machine']}, page cache unless it says O_DIRECT, medians of {report['rounds']} rounds",
                fontsize=7, color="#666666")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(sys.argv[2], format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
