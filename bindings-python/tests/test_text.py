"""Text files behave as the built-in open's do; what is random about it is in test_differential.py."""

from __future__ import annotations

import asyncio
import codecs
import os
import pathlib

import ayafileio
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths

SAMPLE = "".join(f"Zeile {i} – fünf 文花帖 🦅 {'x' * (i % 60)}\n" for i in range(2000))
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "gb18030"]


@promise("text.encoding")
@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_write_and_read_back(target: pathlib.Path, encoding: str) -> None:
    """What is written is the codec's bytes; what is read, whole or by lines, is the text again."""
    async with ayafileio.open(target, "w", encoding=encoding, newline="") as f:
        for i in range(0, len(SAMPLE), 997):
            await f.write(SAMPLE[i : i + 997])
    with target.open(encoding=encoding, newline="") as b:
        assert b.read() == SAMPLE
    async with ayafileio.open(target, "r", encoding=encoding) as f:
        assert await f.read() == SAMPLE
        await f.seek(0)
        assert [line async for line in f] == SAMPLE.splitlines(keepends=True)


@promise("text.encoding")
@pytest.mark.parametrize(
    ("encoding", "text"),
    [("latin-1", "grün\n"), ("cp1252", "“Grün” – 5 €\n"), ("shift_jis", "射命丸文\n"), ("ascii", "plain\n"),
     ("koi8-r", "привет\n"), ("big5", "風神少女\n"), ("euc_kr", "바람\n"), ("iso2022_jp", "風 and 神\n")],
)
async def test_legacy_encodings(target: pathlib.Path, encoding: str, text: str) -> None:
    """Eight-bit, multi-byte and stateful codecs."""
    async with ayafileio.open(target, "w", encoding=encoding) as f:
        await f.writelines([text] * 500)
    assert target.read_text(encoding=encoding) == text * 500
    async with ayafileio.open(target, "r", encoding=encoding) as f:
        assert await f.readlines() == [text] * 500


@promise("text.encoding")
async def test_the_default_encoding(target: pathlib.Path) -> None:
    """Without encoding=, the built-in's own default is used."""
    with target.open("w") as b:  # noqa: PLW1514
        default = codecs.lookup(b.encoding).name
        b.write("plain\n")
    async with ayafileio.open(target, "r") as f:
        assert await f.read() == "plain\n"
        if hasattr(f, "encoding"):
            assert codecs.lookup(f.encoding).name == default


@promise("text.errors")
@pytest.mark.parametrize("errors", ["ignore", "replace", "backslashreplace", "surrogateescape"])
async def test_error_handlers_of_reading(target: pathlib.Path, errors: str) -> None:
    """Undecodable bytes go through the named handler."""
    raw = b"good \xff\xfe bad \xe9\n" * 3000 + b"cut \xc3"
    target.write_bytes(raw)
    async with ayafileio.open(target, "r", encoding="utf-8", errors=errors) as f:
        assert await f.read() == raw.decode("utf-8", errors)
        await f.seek(0)
        assert "".join([line async for line in f]) == raw.decode("utf-8", errors)


@promise("text.errors")
@pytest.mark.parametrize("errors", ["ignore", "replace", "xmlcharrefreplace", "namereplace", "backslashreplace"])
async def test_error_handlers_of_writing(target: pathlib.Path, errors: str) -> None:
    """Unencodable characters go through the named handler."""
    async with ayafileio.open(target, "w", encoding="ascii", errors=errors) as f:
        await f.write("grün 文\n")
    assert target.read_bytes() == "grün 文\n".encode("ascii", errors)


@promise("text.errors")
async def test_strict_is_the_default(target: pathlib.Path) -> None:
    """Bytes or characters that do not fit raise UnicodeError, and nothing of the failed write is kept."""
    target.write_bytes(b"caf\xe9")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        with pytest.raises(UnicodeDecodeError):
            await f.read()
    async with ayafileio.open(target, "w", encoding="ascii") as f:
        with pytest.raises(UnicodeEncodeError):
            await f.write("grün")
        await f.write("gruen")
    assert target.read_bytes() == b"gruen"
    with pytest.raises(LookupError):
        async with ayafileio.open(target, "r", encoding="ascii", errors="no-such-handler") as f:
            target.write_bytes(b"\xff")
            await f.read()


NEWLINES = [None, "", "\n", "\r", "\r\n"]
MIXED = "unix\nmac\rdos\r\n\n\r\r\n\n\rend"


@promise("text.newline")
@pytest.mark.parametrize("newline", NEWLINES)
async def test_newline_when_reading(target: pathlib.Path, newline: str | None) -> None:
    """Each newline mode splits and translates as the built-in does, one line or character at a time."""
    target.write_bytes(MIXED.encode() * 400)
    with target.open("r", newline=newline) as b:
        want = b.readlines()
    async with ayafileio.open(target, "r", newline=newline) as f:
        assert [line async for line in f] == want
        await f.seek(0)
        got = []
        while line := await f.readline():
            got.append(line)
        assert got == want
        await f.seek(0)
        assert await f.read() == "".join(want)
        await f.seek(0)
        ones = []
        while character := await f.read(1):
            ones.append(character)
        assert "".join(ones) == "".join(want)


@pytest.mark.parametrize("hint", [-1, 0, 1, 5, 100, 3000, 10**6])
async def test_readlines_hint(target: pathlib.Path, hint: int) -> None:
    """readlines(hint) of text stops behind the line with which more than hint characters are read."""
    target.write_text(SAMPLE, encoding="utf-8")
    with target.open("r", encoding="utf-8") as b:
        async with ayafileio.open(target, "r", encoding="utf-8") as f:
            assert await f.readlines(hint) == b.readlines(hint)
            assert await f.readline() == b.readline()


@promise("text.newline")
@pytest.mark.parametrize("newline", NEWLINES)
async def test_newline_when_writing(target: pathlib.Path, newline: str | None) -> None:
    """Each newline mode writes what the built-in writes."""
    other = target.with_suffix(".builtin")
    with other.open("w", newline=newline) as b:
        b.write(MIXED)
        b.writelines(["a\n", "b\r\n", "c"])
    async with ayafileio.open(target, "w", newline=newline) as f:
        await f.write(MIXED)
        await f.writelines(["a\n", "b\r\n", "c"])
    assert target.read_bytes() == other.read_bytes()


@promise("text.characters")
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 8191])
async def test_read_counts_characters(target: pathlib.Path, encoding: str, size: int) -> None:
    """read(n) returns exactly n characters, never half of one, until the end."""
    text = SAMPLE[:20_000] if size > 3 else SAMPLE[:1500]
    target.write_text(text, encoding=encoding, newline="")
    async with ayafileio.open(target, "r", encoding=encoding) as f:
        got = []
        while part := await f.read(size):
            got.append(part)
    assert "".join(got) == text
    assert all(len(part) == size for part in got[:-1])


@promise("text.chunks")
async def test_characters_across_chunk_borders(target: pathlib.Path) -> None:
    """Multi-byte characters placed across every likely buffer border decode whole."""
    for border in (8192, 65536, 131072):
        for shift in range(5):
            text = "x" * (border - shift) + "🦅文é" + "y" * 100
            target.write_text(text, encoding="utf-8")
            async with ayafileio.open(target, "r", encoding="utf-8") as f:
                assert await f.read() == text
            async with ayafileio.open(target, "r", encoding="utf-8") as f:
                assert await f.readline() == text


@promise("text.chunks")
async def test_crlf_across_chunk_borders(target: pathlib.Path) -> None:
    """A CRLF split by a buffer border is one newline."""
    for border in (8192, 65536):
        for shift in range(3):
            raw = b"x" * (border - shift) + b"\r\nnext\r\n"
            target.write_bytes(raw)
            for newline in NEWLINES:
                with target.open("r", newline=newline) as b:
                    want = b.readlines()
                async with ayafileio.open(target, "r", newline=newline) as f:
                    assert [line async for line in f] == want


@promise("text.chunks")
async def test_text_from_a_pipe_in_single_bytes(workdir: pathlib.Path) -> None:
    """Characters that arrive byte by byte are put together."""
    path = workdir / "fifo"
    os.mkfifo(path)
    keep = os.open(path, os.O_RDWR)
    async with ayafileio.open(path, "r", encoding="utf-8") as f:
        reading = asyncio.ensure_future(f.readline())
        for byte in "文花帖🦅\n".encode():
            os.write(keep, bytes([byte]))
            await asyncio.sleep(0.001)
        assert await asyncio.wait_for(reading, 5) == "文花帖🦅\n"
    os.close(keep)


@promise("text.bom")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
async def test_one_byte_order_mark(target: pathlib.Path, encoding: str) -> None:
    """Many writes, flushes, an append to the file and a seek back to 0 make one mark, at the start."""
    async with ayafileio.open(target, "w", encoding=encoding) as f:
        for _ in range(3):
            await f.write("part ")
            await f.flush()
    assert target.read_bytes() == "part part part ".encode(encoding)
    async with ayafileio.open(target, "a", encoding=encoding) as f:
        await f.write("more")
    assert target.read_bytes() == "part part part more".encode(encoding)
    async with ayafileio.open(target, "w+", encoding=encoding) as f:
        await f.write("first")
        await f.seek(0)
        await f.write("again")
        await f.seek(0)
        assert await f.read() == "again"
    assert target.read_bytes() == "again".encode(encoding)


@promise("text.bom")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
async def test_back_to_the_start_writes_the_mark_again(target: pathlib.Path, encoding: str) -> None:
    """A cookie taken at the start of a file, even after a read of nothing, is the start when it is sought to."""
    async with ayafileio.open(target, "w+", encoding=encoding) as f:
        assert await f.read(7) == ""
        start = await f.tell()
        await f.write("first")
        await f.seek(start)
        await f.write("again")
    assert target.read_bytes() == "again".encode(encoding)


@promise("text.bom")
async def test_a_bom_of_the_other_byte_order(target: pathlib.Path) -> None:
    """utf-16 follows the mark in the file, and keeps to it after seek(0)."""
    for codec, mark in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        target.write_bytes(mark + "text\nmore\n".encode(codec))
        async with ayafileio.open(target, "r", encoding="utf-16") as f:
            assert await f.readline() == "text\n"
            await f.seek(0)
            assert await f.read() == "text\nmore\n"


@promise("text.cookies")
@pytest.mark.parametrize("encoding", ENCODINGS + ["shift_jis", "iso2022_jp"])
@pytest.mark.parametrize("newline", [None, ""])
async def test_cookies(target: pathlib.Path, encoding: str, newline: str | None) -> None:
    """A tell taken anywhere, after lines or characters, brings seek back to just there."""
    text = "射命丸\r\n文\n\rabc ABC\r\n" * 80
    target.write_bytes(text.encode(encoding))
    async with ayafileio.open(target, "r", encoding=encoding, newline=newline) as f:
        marks = []
        turn = 0
        while True:
            cookie = await f.tell()
            part = await (f.readline() if turn % 3 == 0 else f.read(1 + turn % 11))
            if not part:
                break
            marks.append((cookie, part, turn))
            turn += 1
        for cookie, part, turn in marks[::-7]:
            await f.seek(cookie)
            again = await (f.readline() if turn % 3 == 0 else f.read(1 + turn % 11))
            assert again == part


@promise("text.cookies")
async def test_tell_during_iteration(target: pathlib.Path) -> None:
    """Documented difference: tell works inside the loop over lines (the built-in forbids it)."""
    target.write_text(SAMPLE, encoding="utf-8")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        marks = []
        async for line in f:
            marks.append((await f.tell(), line))
        for index in range(0, len(marks) - 1, 97):
            await f.seek(marks[index][0])
            assert await f.readline() == marks[index + 1][1]


@promise("text.cookies")
async def test_relative_seeks_of_text(target: pathlib.Path) -> None:
    """As the built-in: relative to the end or the position only by 0."""
    target.write_text(SAMPLE, encoding="utf-8")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        assert await f.seek(0, os.SEEK_END) == target.stat().st_size
        assert await f.read() == ""
        await f.seek(0)
        await f.readline()
        here = await f.tell()
        assert await f.seek(0, os.SEEK_CUR) == here
        for whence in (os.SEEK_CUR, os.SEEK_END):
            with pytest.raises((OSError, ValueError)):
                await f.seek(1, whence)
        with pytest.raises(ValueError):
            await f.seek(-1)


@promise("text.write-bytes")
async def test_write_returns_bytes(target: pathlib.Path) -> None:
    """Kept from the original API: the count of bytes encoded, mark and translated newlines included."""
    async with ayafileio.open(target, "w", encoding="utf-8") as f:
        assert await f.write("grün 文\n") == 10
        assert await f.write("") == 0
    async with ayafileio.open(target, "w", encoding="utf-16") as f:
        assert await f.write("ab") == 6
        assert await f.write("ab") == 4
    async with ayafileio.open(target, "w", encoding="utf-8", newline="\r\n") as f:
        assert await f.write("a\nb\n") == 6


async def test_truncate_of_text(target: pathlib.Path) -> None:
    """truncate counts bytes and comes after what was written before it."""
    async with ayafileio.open(target, "w+", encoding="utf-8") as f:
        await f.write("grün")
        assert await f.truncate(2) == 2
        await f.seek(0)
        assert await f.read() == "gr"


async def test_surrogates_and_nul(target: pathlib.Path) -> None:
    """NUL characters and, with surrogatepass, lone surrogates survive."""
    async with ayafileio.open(target, "w+", encoding="utf-8", errors="surrogatepass") as f:
        await f.write("a\0b\ud800c\n")
        await f.seek(0)
        assert await f.read() == "a\0b\ud800c\n"


async def test_many_text_readers_of_one_handle(target: pathlib.Path) -> None:
    """Reads of text in flight together do not mix up characters or lose any."""
    target.write_text(SAMPLE, encoding="utf-8")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        parts = await asyncio.gather(*(f.read(37) for _ in range(300)))
    assert "".join(parts) == SAMPLE[: 37 * 300]


def test_utf8_mode_is_respected(target: pathlib.Path) -> None:
    """python -X utf8 makes UTF-8 the default; encoding='locale' is accepted."""
    import children

    source = """
    import asyncio, sys
    import ayafileio
    async def use():
        async with ayafileio.open(sys.argv[1], "w") as f:
            await f.write("é文")
        async with ayafileio.open(sys.argv[1], "r", encoding="locale") as f:
            assert f.readable()
    asyncio.run(use())
    """
    children.run(source, target, flags=("-X", "utf8"), env=children.environment(LC_ALL="C"))
    assert target.read_bytes() == "é文".encode()
