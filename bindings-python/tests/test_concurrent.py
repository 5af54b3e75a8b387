"""Operations started together on one handle give what they would give one after the other.

The order of starts decides, whatever the order in which the system finishes them. A model in memory
says what each has to return. Reads that would cross the end are left out: until such a read is done,
nobody can know where it ends. So are places that overlap, which a seek brings about: only what has
been awaited is ordered against them.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import random
import zlib
from typing import Any

import ayafileio
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths

ROUNDS = int(os.environ.get("AYAFILEIO_CONCURRENT_COUNT", "40"))


class Model:
    """A binary file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = bytearray(data), 0

    def read(self, size: int) -> bytes:
        part = bytes(self.data[self.position : self.position + size])
        self.position += len(part)
        return part

    def readline(self) -> bytes:
        end = self.data.find(b"\n", self.position)
        return self.read((len(self.data) if end < 0 else end + 1) - self.position)

    def write(self, block: bytes) -> int:
        self.data[self.position : self.position + len(block)] = block
        self.position += len(block)
        return len(block)

    def seek(self, offset: int) -> int:
        self.position = offset
        return offset

    def tell(self) -> int:
        return self.position


def next_operation(rng: random.Random, model: Model, writes: bool, seeks: bool) -> tuple[Any, ...]:
    left = len(model.data) - model.position
    kinds = ["tell", "read", "read", "read", "readline"] + ["write"] * 4 * writes + ["seek"] * seeks
    kind = rng.choice(kinds)
    if kind in ("read", "readline") and left == 0:
        kind = "seek" if seeks else "tell"
    if kind == "read":
        return ("read", rng.randrange(1, min(left, rng.choice([10, 300, 5000, 70_000])) + 1))
    if kind == "seek":
        return ("seek", rng.randrange(len(model.data)))
    if kind == "write":
        return ("write", rng.randbytes(rng.choice([1, 20, 700, 5000, 70_000])))
    return (kind,)


async def one_life(path: pathlib.Path, seed: int) -> None:
    """One file from open to close. A batch either writes or seeks: places that overlap have no order until awaited."""
    rng = random.Random(seed)
    before = b"".join(rng.randbytes(rng.randrange(200)).replace(b"\n", b".") + b"\n" for _ in range(rng.choice([5, 900])))
    path.write_bytes(before)
    model = Model(before)
    mode = rng.choice(["rb", "r+b", "r+b"])
    buffering = rng.choice([-1, -1, 0, 100])
    history: list[Any] = [f"seed {seed}, {mode}, buffering {buffering}, {len(before)} bytes"]
    async with ayafileio.open(path, mode, buffering=buffering) as f:  # type: ignore[call-overload]
        for turn in range(rng.randrange(1, 12)):
            wanted, running = [], []
            for _ in range(rng.choice([1, 2, 5, 20])):
                operation = next_operation(rng, model, "+" in mode and turn % 2 == 0, turn % 2 == 1)
                wanted.append((operation, getattr(model, operation[0])(*operation[1:])))
                running.append(asyncio.ensure_future(getattr(f, operation[0])(*operation[1:])))
            history.append([(o[0], len(o[1]) if isinstance(o[1], bytes) else o[1]) if o[1:] else o for o, _ in wanted])
            got = await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 30)
            for index, ((_, want), have) in enumerate(zip(wanted, got, strict=True)):
                assert want == have, f"operation {index} of the last batch; {history}"
            assert await f.tell() == model.position, history
    assert path.read_bytes() == model.data, history


@promise("position.reserved")
@promise("position.reads-disjoint")
@promise("position.writes-ordered")
@promise("writes.read-back")
async def test_binary(target: pathlib.Path, io_path: str, loop_kind: str) -> None:
    """Random batches of reads, lines, writes, seeks and tells on one binary handle."""
    first = zlib.crc32((io_path + loop_kind).encode()) % 1000 * 100_000
    for seed in range(first, first + ROUNDS):
        await one_life(target, seed)


async def test_text(target: pathlib.Path) -> None:
    """Batches of reads and lines of a text handle."""
    rng = random.Random(3)
    text = "".join("zeile 文🦅é" * rng.randrange(9) + "\n" for _ in range(2000))
    target.write_text(text, encoding="utf-8")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        at = 0
        for _ in range(40):
            wanted, running = [], []
            for _ in range(rng.choice([1, 3, 20])):
                end = text.index("\n", at) + 1 if rng.random() < 0.5 else 0
                if end:
                    running.append(asyncio.ensure_future(f.readline()))
                else:
                    end = at + rng.choice([1, 5, 100])
                    running.append(asyncio.ensure_future(f.read(end - at)))
                wanted.append(text[at:end])
                at = end
            assert await asyncio.gather(*running) == wanted


async def test_text_writers(target: pathlib.Path) -> None:
    """Text written by many tasks lands in order of start, with one byte order mark."""
    async with ayafileio.open(target, "w", encoding="utf-16", buffering=100) as f:
        counts = await asyncio.gather(*(f.write(f"{i} 文\n") for i in range(1000)))
    text = "".join(f"{i} 文\n" for i in range(1000))
    assert target.read_bytes() == text.encode("utf-16")
    assert sum(counts) == len(text.encode("utf-16"))
