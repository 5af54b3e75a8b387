"""What the test files hold, so that each contender can tell right bytes from wrong ones."""

from __future__ import annotations

import dataclasses
import random
import time
from typing import Any

BLOCK = 256


@dataclasses.dataclass
class Sample:
    """One measured run. `wrong` counts the operations that gave other bytes than the file holds."""

    seconds: float
    operations: int
    wrong: int = 0


def block(index: int) -> bytes:
    """Block `index` of the binary file: its own number, over and over."""
    return index.to_bytes(8, "big") * (BLOCK // 8)


def offsets(parameters: dict[str, Any], size: int) -> list[int]:
    """The same random places for every contender."""
    rng = random.Random(parameters["seed"])
    places = parameters["file_size"] // size
    return [rng.randrange(places) * size for _ in range(parameters["operations"])]


def wrong_blocks(wanted: list[int], got: list[bytes]) -> int:
    return sum(data != block(offset // BLOCK) for offset, data in zip(wanted, got, strict=True))


def whole(offset: int, size: int) -> bytes:
    return b"".join(block(index) for index in range(offset // BLOCK, (offset + size) // BLOCK))


def compare_lines(path: str, lines: list[str]) -> int:
    """How many lines differ from what the built-in open gives."""
    with open(path, encoding="utf-8") as f:
        return sum(mine != theirs for mine, theirs in zip(lines, f))


class Stopwatch:
    """`with Stopwatch() as watch: …` and then `watch.seconds`."""

    def __enter__(self) -> Stopwatch:
        self._start = time.perf_counter()
        self.seconds = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start
