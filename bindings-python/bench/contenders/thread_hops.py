"""aiofiles: every call is handed to a thread and back."""

from __future__ import annotations

import asyncio
import importlib.metadata
from typing import Any

import aiofiles
from contenders import peers
from contenders.content import Sample, Stopwatch, offsets


def about() -> str:
    return f"aiofiles {importlib.metadata.version('aiofiles')}"


async def _read_at(f: Any, offset: int, size: int) -> bytes:
    await f.seek(offset)
    data: bytes = await f.read(size)
    return data


def hot_single(parameters: dict[str, Any], verify: bool) -> Sample:
    size = parameters["size"]
    wanted = offsets(parameters, size)

    async def run() -> float:
        async with aiofiles.open(parameters["path"], "rb") as f:
            with Stopwatch() as watch:
                for offset in wanted:
                    await f.seek(offset)
                    await f.read(size)
        return watch.seconds

    seconds = asyncio.run(run())
    wrong = peers.wrong_read_at(aiofiles.open, _read_at, parameters) if verify else 0
    return Sample(seconds, len(wanted), wrong)


def shared_handle(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.shared_handle(aiofiles.open, parameters)


def lines(parameters: dict[str, Any], verify: bool) -> Sample:
    return peers.lines(aiofiles.open, parameters, verify)
