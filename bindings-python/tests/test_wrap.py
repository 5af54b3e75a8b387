"""wrap_file: files made of descriptors that somebody else has opened."""

from __future__ import annotations

import fcntl
import gc
import io
import os
import pathlib
import socket
import tempfile
import weakref

import ayafileio
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths


@promise("wrap.sources")
async def test_descriptor_and_object(sample: pathlib.Path) -> None:
    """A number and anything with fileno() can be wrapped; wrap_fd is another name for it."""
    data = sample.read_bytes()
    with sample.open("rb") as raw:
        for source in (raw.fileno(), raw, raw.raw):
            async with ayafileio.wrap_file(source, "rb") as f:
                assert await f.read(100) == data[:100]
                assert f.fileno() == raw.fileno()
    assert ayafileio.wrap_fd is ayafileio.wrap_file


@promise("wrap.sources")
@pytest.mark.parametrize("source", ["path", 3.5, None, object(), io.BytesIO()])
def test_what_cannot_be_wrapped(source: object) -> None:
    """Anything else is refused at the call."""
    with pytest.raises((TypeError, io.UnsupportedOperation)):
        ayafileio.wrap_file(source)  # type: ignore[arg-type]


@promise("wrap.sources")
@pytest.mark.parametrize("fd", [-1, 2**31, 9999])
async def test_a_number_that_is_no_descriptor(fd: int) -> None:
    """A number that is not an open descriptor is an error, at the call or at the first use."""
    with pytest.raises((OSError, ValueError, OverflowError)):
        f = ayafileio.wrap_file(fd)
        try:
            await f.read(1)
        finally:
            await f.close()


@promise("wrap.alive")
async def test_the_object_is_kept_alive(workdir: pathlib.Path) -> None:
    """The wrapped object is not collected, and so not closed, while the wrapper lives."""
    raw = tempfile.TemporaryFile(dir=workdir)
    raw.write(b"still here")
    raw.flush()
    alive = weakref.ref(raw._file if hasattr(raw, "_file") else raw)
    f = ayafileio.wrap_file(raw, "rb")
    del raw
    gc.collect()
    assert alive() is not None
    assert await f.read() == b"still here"
    kept = alive()
    await f.close()
    del f
    gc.collect()
    assert kept is not None and not kept.closed
    kept.close()


@promise("wrap.no-truncate")
@pytest.mark.parametrize("mode", ["wb", "w+b", "r+b", "ab"])
async def test_wrapping_does_not_truncate(target: pathlib.Path, mode: str) -> None:
    """Not even mode w empties the file behind a wrapped descriptor."""
    target.write_bytes(b"0123456789")
    fd = os.open(target, os.O_RDWR)
    async with ayafileio.wrap_file(fd, mode, owns_fd=True) as f:  # type: ignore[arg-type]
        assert target.read_bytes() == b"0123456789"
        await f.write(b"ab")
    assert target.read_bytes() == (b"0123456789ab" if mode == "ab" else b"ab23456789")


@promise("wrap.offset")
async def test_the_descriptors_offset_stays(sample: pathlib.Path) -> None:
    """Reading, writing, seeking and closing the wrapper leave the descriptor's own offset alone."""
    fd = os.open(sample, os.O_RDWR)
    try:
        os.lseek(fd, 17, os.SEEK_SET)
        async with ayafileio.wrap_file(fd, "r+b") as f:
            await f.read(1000)
            await f.write(b"x" * 100)
            await f.seek(5)
            await f.readline()
            await f.flush()
            assert os.lseek(fd, 0, os.SEEK_CUR) == 17
        assert os.lseek(fd, 0, os.SEEK_CUR) == 17
    finally:
        os.close(fd)


@promise("wrap.ownership")
@pytest.mark.parametrize("owns", [False, True])
async def test_ownership(sample: pathlib.Path, owns: bool) -> None:
    """close closes the descriptor if and only if owns_fd=True."""
    fd = os.open(sample, os.O_RDONLY)
    f = ayafileio.wrap_file(fd, "rb", owns_fd=owns)
    await f.read(10)
    await f.close()
    if owns:
        with pytest.raises(OSError):
            os.fstat(fd)
    else:
        os.fstat(fd)
        os.close(fd)


@promise("wrap.ownership")
async def test_a_collected_wrapper_leaves_a_foreign_descriptor(sample: pathlib.Path) -> None:
    """Dropping a wrapper that does not own its descriptor neither closes it nor warns."""
    fd = os.open(sample, os.O_RDONLY)
    f = ayafileio.wrap_file(fd, "rb")
    await f.read(10)
    del f
    gc.collect()
    os.fstat(fd)
    os.close(fd)


async def test_both_ends_of_a_pipe() -> None:
    """A pipe works in both directions; it cannot seek, and says so."""
    reader, writer = os.pipe()
    async with (
        ayafileio.wrap_file(reader, "rb", owns_fd=True) as r,
        ayafileio.wrap_file(writer, "wb", owns_fd=True) as w,
    ):
        assert await w.write(b"through") == 7
        await w.flush()
        assert await r.read(7) == b"through"
        for f in (r, w):
            assert not f.seekable()
            with pytest.raises(OSError):
                await f.seek(0)
            with pytest.raises(OSError):
                await f.read_at(1, 0) if f is r else await f.write_at(b"x", 0)


async def test_a_socket(tmp_path: pathlib.Path) -> None:
    """A connected socket is a stream like a pipe."""
    one, two = socket.socketpair()
    with one, two:
        async with ayafileio.wrap_file(one, "r+b") as f:
            two.sendall(b"ping\n")
            assert await f.readline() == b"ping\n"
            await f.write(b"pong\n")
            await f.flush()
            assert two.recv(100) == b"pong\n"


async def test_a_direction_the_descriptor_does_not_have(sample: pathlib.Path) -> None:
    """Writing through a descriptor that was opened for reading is an error, at the latest at the push."""
    fd = os.open(sample, os.O_RDONLY)
    with pytest.raises((OSError, ValueError)):
        async with ayafileio.wrap_file(fd, "wb") as f:
            await f.write(b"x")
            await f.flush()
    os.close(fd)


async def test_name_and_mode_of_a_wrapper(sample: pathlib.Path) -> None:
    """A wrapper of a number is named by the number, one of a file by the file's name."""
    with sample.open("rb") as raw:
        async with ayafileio.wrap_file(raw.fileno()) as f, ayafileio.wrap_file(raw) as g:
            assert f.name == raw.fileno() or f.name == str(raw.fileno()) or f.name
            assert str(g.name) in (str(sample), str(raw.fileno()))
            assert f.mode == g.mode == "rb"
            assert fcntl.fcntl(f.fileno(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY


def test_text_is_refused(sample: pathlib.Path) -> None:
    """wrap_file is binary only, as documented."""
    fd = os.open(sample, os.O_RDONLY)
    try:
        with pytest.raises(ValueError):
            ayafileio.wrap_file(fd, "r")
    finally:
        os.close(fd)


async def test_what_opens_in_a_wrapper_ends_with_it(sample: pathlib.Path) -> None:
    """A wrapper that owns its descriptor closes it when async with is left by an exception."""
    fd = os.open(sample, os.O_RDONLY)
    with pytest.raises(KeyError):
        async with ayafileio.wrap_file(fd, owns_fd=True):
            raise KeyError
    with pytest.raises(OSError):
        os.fstat(fd)
