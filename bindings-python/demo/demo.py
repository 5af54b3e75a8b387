"""The main job on real input: checksum every file of a source tree, copy the tree, and compare.

    python demo.py --source DIR --work DIR [--rounds 3] [--in-flight 256] [--limit N]

Three ways of doing the same take turns in one run: ayafileio, aiofiles, and plain synchronous Python. Every
digest and every copied byte is compared with a plain synchronous pass; one difference makes the exit code 1.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import sys

import report
from jobs import Tree, digests_of, prepare_copy, reference
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from ways import WAYS


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="tree to read")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the copies; its content is replaced")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=256, help="files worked on at once")
    parser.add_argument("--limit", type=int, default=0, help="only the first N files (0: all)")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    console = Console(soft_wrap=True)
    tree = Tree.scan(options.source, options.limit)
    console.print(f"{len(tree.files):,} files, {tree.size / 1e6:,.1f} MB below {tree.root}")
    wanted, seconds = reference(tree)
    console.print(f"plain synchronous pass: {seconds:.2f} s; its digests are what every other pass is compared with")

    figures = report.Figures(len(tree.files), tree.size)
    wrong = 0
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, refresh_per_second=4, transient=True) as bars:
        for turn in range(options.rounds):
            for name, way in WAYS.items():
                bar = bars.add_task(f"{name}: checksum {turn + 1}/{options.rounds}", total=len(tree.files))
                seconds, got = way.checksum(tree, options.in_flight, lambda n: bars.advance(bar, n))
                wrong += report.differences(console, f"{name}, checksum", wanted, got)
                figures.add("checksum", name, seconds)
                bars.remove_task(bar)
            for name, way in WAYS.items():
                target = options.work / name
                prepare_copy(tree, target)
                bar = bars.add_task(f"{name}: copy {turn + 1}/{options.rounds}", total=len(tree.files))
                seconds = way.copy(tree, target, options.in_flight, lambda n: bars.advance(bar, n))
                bars.update(bar, description=f"{name}: comparing", completed=0)
                got = digests_of(target, tree.files, lambda n: bars.advance(bar, n))
                wrong += report.differences(console, f"{name}, copy", wanted, got)
                figures.add("copy", name, seconds)
                bars.remove_task(bar)
                # Deleted at once, so that its pages are never written out on the time of the next way.
                shutil.rmtree(target)
    shutil.rmtree(options.work, ignore_errors=True)
    report.show(console, figures, options.in_flight)
    if wrong:
        console.print(f"[bold red]{wrong} files differ[/]")
        return 1
    console.print(f"all {figures.passes} passes gave the same {len(tree.files):,} files as the plain one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
