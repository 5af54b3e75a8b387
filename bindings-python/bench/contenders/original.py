"""The original ayafileio from the Python index, in an environment of its own: the name is the same."""

from __future__ import annotations

import asyncio
from typing import Any

import ayafileio
from contenders import peers
from contenders.content import Sample, Stopwatch, offsets


def about() -> str:
    return f"original ayafileio {ayafileio.__version__}"


def hot_single(parameters: dict[str, Any], verify: bool) -> Sample:
    size = parameters["size"]
    wanted = offsets(parameters, size)

    async def run() -> float:
        async with ayafileio.open(parameters["path"], "rb") as f:
            with Stopwatch() as watch:
                for offset in wanted:
                    await f.read_at(offset, size)
        return watch.seconds

    seconds = asyncio.run(run())
    wrong = peers.wrong_read_at(ayafileio.open, lambda f, offset, n: f.read_at(offset, n), parameters) if verify else 0
    return Sample(seconds, len(wanted), wrong)


def shared_handle(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.shared_handle(ayafileio.open, parameters)


def lines(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.lines(ayafileio.open, parameters, verify)
