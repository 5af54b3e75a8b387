"""What the asynchronous contenders have in common: the scenario's loop around a library's own `open`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from contenders.content import Sample, Stopwatch, compare_lines, offsets, whole, wrong_blocks

Open = Callable[..., Any]


def shared_handle(open_file: Open, parameters: dict[str, Any]) -> Sample:
    """Tasks created up front on one handle, each seeks and reads. Every result is compared afterwards: a library
    whose seek and read can be torn apart by another task gives wrong bytes here, and the table says so."""
    size = parameters["size"]
    wanted = offsets(parameters, size)

    async def one(f: Any, offset: int) -> bytes:
        await f.seek(offset)
        data: bytes = await f.read(size)
        return data

    async def run() -> Sample:
        async with open_file(parameters["path"], "rb") as f:
            tasks = [asyncio.create_task(one(f, offset)) for offset in wanted]
            with Stopwatch() as watch:
                got = await asyncio.gather(*tasks)
        return Sample(watch.seconds, len(got), wrong_blocks(wanted, got))

    return asyncio.run(run())


def wrong_read_at(
    open_file: Open, read_at: Callable[[Any, int, int], Awaitable[bytes]], parameters: dict[str, Any]
) -> int:
    """How many of the first positional reads give wrong bytes. Measuring them is each contender's own loop, since a
    shared one would cost a call per read."""
    size = parameters["size"]

    async def run() -> int:
        async with open_file(parameters["path"], "rb") as f:
            wrong = 0
            for offset in offsets(parameters, size)[:2000]:
                wrong += await read_at(f, offset, size) != whole(offset, size)
            return wrong

    return asyncio.run(run())


def lines(open_file: Open, parameters: dict[str, Any], verify: bool) -> Sample:
    """A slow contender reads only the first `limit` lines; rates stay comparable."""
    limit = min(parameters["limit"] or parameters["lines"], parameters["lines"])

    async def run() -> Sample:
        count = 0
        async with open_file(parameters["path"], "r", encoding="utf-8") as f:
            with Stopwatch() as watch:
                if limit == parameters["lines"]:
                    async for _ in f:
                        count += 1
                else:
                    async for _ in f:
                        count += 1
                        if count == limit:
                            break
        wrong = 0
        if verify:
            seen = []
            async with open_file(parameters["path"], "r", encoding="utf-8") as f:
                async for line in f:
                    seen.append(line)
                    if len(seen) == limit:
                        break
            wrong = compare_lines(parameters["path"], seen)
        return Sample(watch.seconds, count, wrong + (count != limit))

    return asyncio.run(run())
