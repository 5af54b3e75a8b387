"""The figures of a run, and how they are shown."""

from __future__ import annotations

import dataclasses
import statistics
from collections import defaultdict

from rich import box
from rich.console import Console
from rich.table import Table

OURS = "ayafileio"


@dataclasses.dataclass(frozen=True)
class Contender:
    """A way of doing the jobs, in one language."""

    language: str
    way: str

    def __str__(self) -> str:
        return f"{self.language}, {self.way}"

    @property
    def ours(self) -> Contender:
        """What it is compared with: languages differ in more than their files."""
        return Contender(self.language, OURS)


class Figures:
    def __init__(self, files: int, size: int) -> None:
        self.files = files
        self.size = size
        self.seconds: dict[tuple[str, Contender], list[float]] = defaultdict(list)
        self.passes = 0

    def add(self, job: str, contender: Contender, seconds: float) -> None:
        self.seconds[job, contender].append(seconds)
        self.passes += 1

    def median(self, job: str, contender: Contender) -> float:
        return statistics.median(self.seconds[job, contender])


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
        padding=(0, 0, 0, 1),
    )
    for name, justify in (("job", "left"), ("language", "left"), ("way", "left"), ("seconds", "right"), ("spread", "right"),
                          ("files/s", "right"), ("MB/s", "right"), ("ours is", "right")):
        table.add_column(name, justify=justify, no_wrap=True)
    for (job, contender), seconds in figures.seconds.items():
        middle = statistics.median(seconds)
        spread = (max(seconds) - min(seconds)) / middle
        faster = middle / figures.median(job, contender.ours)
        ours = contender == contender.ours
        table.add_row(job, contender.language, contender.way, f"{middle:.3f}", f"{100 * spread:.0f} %",
                      f"{figures.files / middle:,.0f}", f"{figures.size / middle / 1e6:,.1f}",
                      "" if ours else f"{faster:.2f}×", style="bold" if ours else "")
    console.print(table)
    console.print("[dim]ours is: how many times as fast as this way ayafileio is in the same language[/]")
