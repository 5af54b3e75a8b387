"""Thousands of random operation sequences on our files and on the built-in's: no difference but the documented.

A failure prints the seed and the shortest sequence found. To run one again:
    AYAFILEIO_DIFF_SEED=<seed> pytest test_differential.py -k <the test's id>
More of them: AYAFILEIO_DIFF_COUNT=<sequences per test>.
"""

from __future__ import annotations

import inspect
import os
import pathlib
import random
import zlib
from typing import Any

import ayafileio
import pytest
from differential import Case, Maker, compare, leftovers, shrink
from promises import promise

# What may differ, and why. differential.py names the place where it looks away.
DOCUMENTED = {
    "write in text mode returns bytes": "kept from the original API; the built-in returns characters",
    "tell during iteration is allowed": "the built-in forbids it only because its read-ahead loses the place",
    "utf-7: writelines encodes its lines together": "the shift sequences differ, the text does not",
    "text cookies are opaque": "both sides' cookies must lead back to the same text; the numbers are their own",
    "the built-in cannot always tell": "it gives up on some malformed input ('can't reconstruct logical position')",
    "text: seek between reading and writing": "the built-in writes behind what it has read ahead, not at the position",
    "append: seek after writing": "whether the built-in's position is at the end depends on what is still buffered",
    "append: seek to the end before writing": "the built-in reads stale bytes afterwards (bug of CPython 3.10 to 3.13)",
    "text: no truncate() without a size": "the built-in truncates behind what it has read ahead",
    "text: the start is the start": "the built-in leaves out the byte order mark where a cookie of the start has state",
    "text: no writing at a cookie with state": "the built-in writes behind what it fed the decoder to get there",
    "a codec's error may show earlier or later": "it shows when the bad bytes are decoded, and buffers differ",
    "after a codec's error the sequence ends": "how much was read ahead by then is nobody's promise",
}

COUNT = int(os.environ.get("AYAFILEIO_DIFF_COUNT", "60"))
SEED = os.environ.get("AYAFILEIO_DIFF_SEED")

MODES = ["r", "r+", "w", "w+", "a", "a+", "x", "x+"]
NEWLINES = [None, "", "\n", "\r", "\r\n"]
ALPHABETS = {
    "utf-8": "abc ÄÖ€文花🦅\0",
    "utf-8-sig": "abc ÄÖ€文花🦅",
    "utf-16": "abc ÄÖ€文花🦅",
    "utf-16-le": "abc ÄÖ€文花🦅",
    "utf-32": "abc ÄÖ€文花🦅",
    "utf-7": "abc ÄÖ€文花",
    "latin-1": "abc ÄÖ\xff",
    "cp1252": "abc ÄÖ€“”",
    "shift_jis": "abc 射命丸文ｱｲｳ",
    "gb18030": "abc 文花帖€🦅",
    "ascii": "abc xyz~",
}
LOOSE = ["ignore", "replace", "backslashreplace", "surrogateescape"]
SIZES = [0, 1, 2, 3, 10, 100, 1000, 5000, 8191, 8192, 8193, 20_000, 65_536, 70_000, 140_000]


def binary_case(seed: int) -> Case:
    rng = random.Random(seed)
    mode = rng.choice(MODES)
    lines = [bytes(rng.choices(b"ab\n\r\0\xff", k=rng.choice([0, 1, 5, 40, 200]))) + b"\n" for _ in range(12)]
    options: dict[str, Any] = {"buffering": rng.choice([-1, -1, 0, 2, 7, 64, 5000])}
    before = (b"".join(rng.choices(lines, k=rng.choice([0, 1, 3, 20, 500])))[: rng.choice(SIZES)]
              if "x" not in mode and (rng.random() < 0.8 or "r" in mode) else None)
    maker = Maker(rng, mode + "b", False, [b"", b"x", b"yy\n", *lines[:4]], SIZES[:9])
    return Case(seed, mode + "b", options, before, maker.make(rng.choice([3, 10, 30])))


def text_case(seed: int, encoding: str) -> Case:
    rng = random.Random(f"{encoding}{seed}")
    mode = rng.choice(MODES)
    options: dict[str, Any] = {"encoding": encoding, "newline": rng.choice(NEWLINES)}
    if rng.random() < 0.3:
        options["auto_flush"] = True
    alphabet = ALPHABETS[encoding]
    texts = ["".join(rng.choices(alphabet, k=rng.choice([0, 1, 5, 40, 200]))) + rng.choice(["\n", "\r\n", "\r", ""])
             for _ in range(12)]
    before = None
    if "x" not in mode and (rng.random() < 0.8 or "r" in mode):
        before = "".join(rng.choices(texts, k=rng.choice([0, 1, 3, 20, 500]))).encode(encoding)
        if rng.random() < 0.3 and encoding in ("utf-8", "ascii", "latin-1", "utf-8-sig"):
            # Bytes that do not decode, for the handlers that do not stop there.
            options["errors"] = rng.choice(LOOSE)
            before = b"".join(bytes([rng.randrange(256)]) if rng.random() < 0.1 else bytes([c]) for c in before)
    sizes = SIZES[:6] if options.get("errors") else [0]
    maker = Maker(rng, mode, True, ["", "x", "yy\n", "\r\n", *texts[:4]], sizes)
    maker.single_writes = encoding == "utf-7"
    return Case(seed, mode, options, before, maker.make(rng.choice([3, 10, 25])))


async def check(make: Any, where: pathlib.Path, count: int, variant: str) -> None:
    """Runs count cases; each variant of a test has seeds of its own, so that none repeats another."""
    first = zlib.crc32(variant.encode()) % 1000 * 100_000
    seeds = [int(SEED)] if SEED else range(first, first + count)
    for seed in seeds:
        case = make(seed)
        if await compare(case, where):
            shortest, reason = await shrink(case, where)
            reason = reason or "(seen once, not again)"
            pytest.fail(f"seed {seed}\n{shortest.describe()}\n{reason}")
    leftovers(where)


@pytest.mark.both_paths
async def test_binary(workdir: pathlib.Path, io_path: str, loop_kind: str) -> None:
    """Binary files in all modes and bufferings."""
    await check(binary_case, workdir, COUNT * 4, io_path + loop_kind)


@promise("text.encoding")
@promise("text.newline")
@promise("text.errors")
@promise("text.cookies")
@pytest.mark.both_paths
@pytest.mark.parametrize("encoding", ALPHABETS)
async def test_text(workdir: pathlib.Path, encoding: str, io_path: str, loop_kind: str) -> None:
    """Text files in all modes, newline modes and this encoding."""
    await check(lambda seed: text_case(seed, encoding), workdir, COUNT, io_path + loop_kind)


async def test_small_buffers(workdir: pathlib.Path, loop_kind: str) -> None:
    """The same with the smallest buffer_size, so that every border is crossed often."""
    ayafileio.configure({"buffer_size": 512})
    await check(binary_case, workdir, COUNT * 2, "small" + loop_kind)
    for encoding in ("utf-8", "utf-16", "shift_jis"):
        await check(lambda seed, e=encoding: text_case(seed, e), workdir, COUNT // 2, "small" + loop_kind)


def test_the_comparison_sees_a_difference(workdir: pathlib.Path) -> None:
    """A deliberately wrong answer is reported: the comparison itself is not blind."""
    from differential import difference, run_builtin

    case = Case(0, "rb", {}, b"one\ntwo\n", (("readline",), ("read", 3)))
    want = run_builtin(case, workdir / "a")
    got = run_builtin(case, workdir / "a")
    assert difference(case, want, got) == ""
    got.answers[1] = b"twO"
    assert "step 1" in difference(case, want, got)
    got = run_builtin(case, workdir / "a")
    got.after = b"other"
    assert "afterwards" in difference(case, want, got)
    assert inspect.iscoroutinefunction(compare)
