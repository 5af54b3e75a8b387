"""The main job on real input: checksum every file of a source tree, copy the tree, and compare.

    python demo.py --source DIR --work DIR [--rounds 3] [--in-flight 256] [--limit N] [--program LANGUAGE=COMMAND ...]

Several ways of doing the same take turns in one run: ayafileio and its peers, in Python and in each language whose
program is given. Every digest and every copied byte is compared with a plain synchronous pass in Python; one difference
makes the exit code 1.
"""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import shutil
import sys
from collections.abc import Callable, Iterator

import report
from jobs import Advance, Tree, digests_of, prepare_copy, reference
from programs import Program
from report import Contender
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from ways import WAYS, Way


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="tree to read")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the copies; its content is replaced")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=256, help="files worked on at once")
    parser.add_argument("--limit", type=int, default=0, help="only the first N files (0: all)")
    parser.add_argument("--program", action="append", default=[], metavar="LANGUAGE=COMMAND",
                        help="a program that does the same in another language")
    return parser.parse_args()


class Run:
    """One run over the tree: who takes part, what is right, and what has been measured so far."""

    def __init__(self, options: argparse.Namespace, console: Console) -> None:
        self.options = options
        self.console = console
        self.tree = Tree.scan(options.source, options.limit)
        console.print(f"{len(self.tree.files):,} files, {self.tree.size / 1e6:,.1f} MB below {self.tree.root}")
        self.wanted, seconds = reference(self.tree)
        console.print(f"plain synchronous pass: {seconds:.2f} s; its digests are what every other pass is compared with")
        self.figures = report.Figures(len(self.tree.files), self.tree.size)
        self.wrong = 0
        columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bars = Progress(*columns, console=console, refresh_per_second=4, transient=True)
        self.programs: list[Program] = []
        self.contenders: dict[Contender, Way] = {Contender("Python", name): way for name, way in WAYS.items()}
        for language, command in (text.split("=", 1) for text in options.program):
            program = Program(command)
            self.programs.append(program)
            self.contenders |= {Contender(language, name): way for name, way in program.ways.items()}
            console.print(f"{language}: {program.about}")

    def checksums(self, turn: str) -> None:
        for contender, way in self.contenders.items():
            with self._progress(f"{contender}: checksum {turn}") as advance:
                seconds, got = way.checksum(self.tree, self.options.in_flight, advance)
            self._compare("checksum", contender, seconds, got)

    def copies(self, turn: str) -> None:
        target = self.options.work / "copy"
        for contender, way in self.contenders.items():
            prepare_copy(self.tree, target)
            with self._progress(f"{contender}: copy {turn}") as advance:
                seconds = way.copy(self.tree, target, self.options.in_flight, advance)
            with self._progress(f"{contender}: comparing") as advance:
                got = digests_of(target, self.tree.files, advance)
            self._compare("copy", contender, seconds, got)
            # Deleted at once, so that its pages are never written out on the time of the next way.
            shutil.rmtree(target)

    def close(self) -> None:
        for program in self.programs:
            program.close()
        shutil.rmtree(self.options.work, ignore_errors=True)

    @contextlib.contextmanager
    def _progress(self, description: str) -> Iterator[Advance]:
        bar = self.bars.add_task(description, total=len(self.tree.files))
        yield lambda n: self.bars.advance(bar, n)
        self.bars.remove_task(bar)

    def _compare(self, job: str, contender: Contender, seconds: float, got: dict[str, bytes]) -> None:
        self.figures.add(job, contender, seconds)
        self.wrong += report.differences(self.console, f"{contender}, {job}", self.wanted, got)


def main(change: Callable[[Run], object] = lambda run: None) -> int:
    options = arguments()
    console = Console(soft_wrap=True)
    run = Run(options, console)
    change(run)
    with run.bars:
        for turn in range(1, options.rounds + 1):
            run.checksums(f"{turn}/{options.rounds}")
            run.copies(f"{turn}/{options.rounds}")
    run.close()
    report.show(console, run.figures, options.in_flight)
    if run.wrong:
        console.print(f"[bold red]{run.wrong} files differ[/]")
        return 1
    console.print(f"all {run.figures.passes} passes gave the same {len(run.tree.files):,} files as the plain one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
