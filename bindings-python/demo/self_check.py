"""Shows that the demo is not blind: a wrong digest and a wrong copy must each be found, in every language. Arguments as
demo.py.

A check that never fails proves nothing, so this one breaks our way of doing the job on purpose and expects exit code 1.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import sys

import demo
from jobs import Advance, Tree
from ways import Way


class Wrong:
    def __init__(self, honest: Way) -> None:
        self._honest = honest

    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]:
        seconds, found = self._honest.checksum(tree, in_flight, advance)
        found[tree.files[0]] = b"not a digest"
        return seconds, found

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float:
        seconds = self._honest.copy(tree, target, in_flight, advance)
        (target / tree.files[1]).write_bytes(b"not the content")
        return seconds


def main() -> int:
    broken = []

    def break_ours(run: demo.Run) -> None:
        for contender, way in run.contenders.items():
            if contender == contender.ours:
                run.contenders[contender] = Wrong(way)
                broken.append(contender)

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = demo.main(break_ours)
    print(said.getvalue())
    expected = [f"{contender}, {job}: " for contender in broken for job in ("checksum", "copy")]
    found = code == 1 and f"{len(expected)} files differ" in said.getvalue()
    found = found and all(said.getvalue().count(what) == 1 for what in expected)
    print(f"all {len(expected)} differences were found" if found else "THE DEMO IS BLIND")
    return 0 if found and broken else 1


if __name__ == "__main__":
    sys.exit(main())
