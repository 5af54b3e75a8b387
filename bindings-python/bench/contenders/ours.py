"""This repository's package, as installed from its wheel."""

from __future__ import annotations

import asyncio
from typing import Any

import ayafileio
from contenders import peers
from contenders.content import Sample, Stopwatch, offsets


def about() -> str:
    info = ayafileio.get_backend_info()
    return f"ayafileio {ayafileio.__version__} on {info['backend']}"


def hot_single(parameters: dict[str, Any], verify: bool) -> Sample:
    size = parameters["size"]
    wanted = offsets(parameters, size)

    async def run() -> float:
        async with ayafileio.open(parameters["path"], "rb") as f:
            with Stopwatch() as watch:
                for offset in wanted:
                    await f.read_at(size, offset)
        return watch.seconds

    seconds = asyncio.run(run())
    wrong = peers.wrong_read_at(ayafileio.open, lambda f, offset, n: f.read_at(n, offset), parameters) if verify else 0
    return Sample(seconds, len(wanted), wrong)


def shared_handle(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.shared_handle(ayafileio.open, parameters)


def lines(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.lines(ayafileio.open, parameters, verify)
