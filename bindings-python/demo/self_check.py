"""Shows that the demo is not blind: a wrong digest and a wrong copy must each be found. Arguments as demo.py.

A check that never fails proves nothing, so this one breaks a way of doing the job on purpose and expects exit code 1.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import sys

import demo
import ways
from jobs import Advance, Tree

HONEST = ways.WAYS["ayafileio"]


class Wrong:
    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]:
        seconds, found = HONEST.checksum(tree, in_flight, advance)
        found[tree.files[0]] = b"not a digest"
        return seconds, found

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float:
        seconds = HONEST.copy(tree, target, in_flight, advance)
        (target / tree.files[1]).write_bytes(b"not the content")
        return seconds


def main() -> int:
    ways.WAYS["ayafileio"] = Wrong()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = demo.main()
    print(said.getvalue())
    found = code == 1 and "2 files differ" in said.getvalue()
    print("both differences were found" if found else "THE DEMO IS BLIND")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
