"""Synchronous Python: the floor that nothing asynchronous can pass."""

from __future__ import annotations

import os
import platform
from typing import Any

from contenders.content import Sample, Stopwatch, compare_lines, offsets, whole


def about() -> str:
    return f"CPython {platform.python_version()}"


def hot_single(parameters: dict[str, Any], verify: bool) -> Sample:
    size = parameters["size"]
    wanted = offsets(parameters, size)
    wrong = 0
    fd = os.open(parameters["path"], os.O_RDONLY)
    try:
        with Stopwatch() as watch:
            for offset in wanted:
                os.pread(fd, size, offset)
        if verify:
            wrong = sum(os.pread(fd, size, offset) != whole(offset, size) for offset in wanted[:2000])
    finally:
        os.close(fd)
    return Sample(watch.seconds, len(wanted), wrong)


def lines(parameters: dict[str, Any], verify: bool) -> Sample:
    count = 0
    with open(parameters["path"], encoding="utf-8") as f, Stopwatch() as watch:
        for _ in f:
            count += 1
    with open(parameters["path"], encoding="utf-8") as f:
        wrong = compare_lines(parameters["path"], list(f)) if verify else 0
    return Sample(watch.seconds, count, wrong + (count != parameters["lines"]))
