"""Lines of binary files: readline, readlines, iteration, and their mixture with everything else."""

from __future__ import annotations

import asyncio
import os
import pathlib

import ayafileio
import probes
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths

LINES = b"".join(b"line %d %s\n" % (i, b"x" * (i * 7919 % 300)) for i in range(3000)) + b"no newline"


@pytest.fixture
def lines(workdir: pathlib.Path) -> pathlib.Path:
    path = workdir / "lines.txt"
    path.write_bytes(LINES)
    return path


async def test_iteration(lines: pathlib.Path) -> None:
    """Iterating gives the built-in's lines."""
    async with ayafileio.open(lines, "rb") as f:
        assert [line async for line in f] == LINES.splitlines(keepends=True)


async def test_readline_and_readlines(lines: pathlib.Path) -> None:
    """readline one by one and readlines at once give the same lines."""
    want = LINES.splitlines(keepends=True)
    async with ayafileio.open(lines, "rb") as f:
        got = []
        while line := await f.readline():
            got.append(line)
        assert got == want
        await f.seek(0)
        assert await f.readlines() == want


@pytest.mark.parametrize("hint", [-1, 0, 1, 100, 1000, 10**6])
async def test_readlines_hint(lines: pathlib.Path, hint: int) -> None:
    """readlines(hint) stops after the line that reaches the hint, as the built-in does."""
    with lines.open("rb") as b:
        async with ayafileio.open(lines, "rb") as f:
            assert await f.readlines(hint) == b.readlines(hint)
            assert await f.tell() == b.tell()


async def test_a_line_longer_than_any_buffer(target: pathlib.Path) -> None:
    """A line of 3 MB comes in one piece."""
    target.write_bytes(b"a" * 3_000_000 + b"\nb\n")
    async with ayafileio.open(target, "rb") as f:
        assert await f.readline() == b"a" * 3_000_000 + b"\n"
        assert await f.readline() == b"b\n"
        await f.seek(0)
        assert [len(line) async for line in f] == [3_000_001, 2]


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n\n", b"x", b"\r\n", b"a\rb\n", b"\x00\n\xff"])
async def test_odd_contents(target: pathlib.Path, content: bytes) -> None:
    """Only LF ends a line of bytes; empty lines, NUL and a missing last newline are kept."""
    target.write_bytes(content)
    with target.open("rb") as b:
        want = list(b)
    async with ayafileio.open(target, "rb") as f:
        assert [line async for line in f] == want
        await f.seek(0)
        assert await f.readlines() == want


async def test_reads_after_lines_lose_nothing(lines: pathlib.Path) -> None:
    """read, readinto, tell and seek after readline go on exactly behind that line."""
    first = LINES.index(b"\n") + 1
    async with ayafileio.open(lines, "rb") as f:
        await f.readline()
        assert await f.tell() == first
        assert await f.read(5) == LINES[first : first + 5]
        await f.readline()
        here = await f.tell()
        buffer = bytearray(777)
        assert await f.readinto(buffer) == 777
        assert buffer == LINES[here : here + 777]
        await f.readline()
        await f.seek(3)
        assert await f.readline() == LINES[3:first]
        here = await f.tell()
        assert await f.seek(10, os.SEEK_CUR) == here + 10
        assert await f.read() == LINES[here + 10 :]


async def test_iteration_mixed_with_reads(lines: pathlib.Path) -> None:
    """A read between two steps of the iteration takes its bytes out of the middle."""
    async with ayafileio.open(lines, "rb") as f:
        seen = b""
        turn = 0
        async for line in f:
            seen += line + await f.read(turn % 50)
            turn += 1
        assert seen == LINES


async def test_iteration_may_stop_and_go_on(lines: pathlib.Path) -> None:
    """Breaking out of the loop loses no line."""
    want = LINES.splitlines(keepends=True)
    async with ayafileio.open(lines, "rb") as f:
        got = []
        async for line in f:
            got.append(line)
            if len(got) == 10:
                break
        assert await f.readline() == want[10]
        assert [line async for line in f] == want[11:]


async def test_two_iterations_share_the_lines(lines: pathlib.Path) -> None:
    """Two tasks iterating one handle get each line once, and each its own in file order."""
    want = LINES.splitlines(keepends=True)
    async with ayafileio.open(lines, "rb") as f:

        async def collect() -> list[bytes]:
            got = []
            async for line in f:
                got.append(line)
                await asyncio.sleep(0)
            return got

        one, two = await asyncio.gather(collect(), collect())
    assert sorted(one + two) == sorted(want)
    index = {line: i for i, line in enumerate(want)}
    for part in (one, two):
        places = [index[line] for line in part]
        assert places == sorted(places)


async def test_readlines_in_flight_are_disjoint(lines: pathlib.Path) -> None:
    """readline calls started together return consecutive lines in order of start."""
    want = LINES.splitlines(keepends=True)
    async with ayafileio.open(lines, "rb") as f:
        got = await asyncio.gather(*(f.readline() for _ in range(500)))
        assert got == want[:500]
        assert await f.tell() == sum(map(len, got))


async def test_writes_between_lines(lines: pathlib.Path) -> None:
    """On a r+ file a write after readline lands at the position, not behind the buffer."""
    first = LINES.index(b"\n") + 1
    async with ayafileio.open(lines, "r+b") as f:
        await f.readline()
        assert await f.write(b"LINE") == 4
        rest = await f.readline()
        assert rest == LINES[first + 4 : LINES.index(b"\n", first) + 1]
    assert lines.read_bytes()[first : first + 4] == b"LINE"


@promise("text.line-speed")
async def test_lines_come_out_of_a_buffer(target: pathlib.Path) -> None:
    """100,000 lines cost a few system calls, counted by the kernel, not one each."""
    target.write_bytes(b"a line of text\n" * 100_000)

    def reads() -> int:
        text = pathlib.Path("/proc/self/io").read_text()
        return int(dict(line.split(": ") for line in text.splitlines())["syscr"])

    for mode, options in (("rb", {}), ("r", {"encoding": "utf-8"})):
        async with ayafileio.open(target, mode, **options) as f:  # type: ignore[call-overload]
            before = reads()
            count = 0
            async for _ in f:
                count += 1
            assert count == 100_000
            assert reads() - before < 1000


async def test_lines_of_a_large_cold_file(target: pathlib.Path) -> None:
    """Lines are right where each refill has to wait for the disk."""
    data = b"".join(b"%d\n" % i for i in range(300_000))
    target.write_bytes(data)
    probes.drop_cache(target)
    async with ayafileio.open(target, "rb") as f:
        assert b"".join([line async for line in f]) == data
