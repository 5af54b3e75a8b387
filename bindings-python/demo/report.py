"""The figures of a run, and how they are shown."""

from __future__ import annotations

import statistics
from collections import defaultdict

from rich import box
from rich.console import Console
from rich.table import Table

OURS = "ayafileio"


class Figures:
    def __init__(self, files: int, size: int) -> None:
        self.files = files
        self.size = size
        self.seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.passes = 0

    def add(self, job: str, way: str, seconds: float) -> None:
        self.seconds[job, way].append(seconds)
        self.passes += 1

    def median(self, job: str, way: str) -> float:
        return statistics.median(self.seconds[job, way])


def differences(console: Console, what: str, wanted: dict[str, bytes], got: dict[str, bytes]) -> int:
    """How many files differ from the plain pass; the first few are named."""
    wrong = [name for name in wanted if got.get(name) != wanted[name]]
    wrong += [name for name in got if name not in wanted]
    for name in wrong[:10]:
        console.print(f"[red]{what}: {name} differs[/]")
    return len(wrong)


def show(console: Console, figures: Figures, in_flight: int) -> None:
    table = Table(
        title=f"{figures.files:,} files, {figures.size / 1e6:,.1f} MB, {in_flight} in flight, page cache, medians",
        box=box.SIMPLE_HEAD,
        title_justify="left",
    )
    for name, justify in (("job", "left"), ("way", "left"), ("seconds", "right"), ("spread", "right"),
                          ("files/s", "right"), ("MB/s", "right"), ("ayafileio is", "right")):
        table.add_column(name, justify=justify)
    for (job, way), seconds in figures.seconds.items():
        middle = statistics.median(seconds)
        spread = (max(seconds) - min(seconds)) / middle
        faster = middle / figures.median(job, OURS)
        table.add_row(job, way, f"{middle:.3f}", f"{100 * spread:.0f} %", f"{figures.files / middle:,.0f}",
                      f"{figures.size / middle / 1e6:,.1f}", "" if way == OURS else f"{faster:.2f}× as fast",
                      style="bold" if way == OURS else "")
    # In a log the table keeps its own width.
    console.print(table, width=None if console.is_terminal else 110)
