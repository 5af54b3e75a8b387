"""Errors: which class, what they say, and that nothing is half done afterwards."""

from __future__ import annotations

import errno
import io
import os
import pathlib

import ayafileio
import pytest
from promises import promise

READS = [
    ("read", ()), ("readline", ()), ("readlines", ()), ("readall", ()), ("readinto", (bytearray(4),)),
    ("read_at", (1, 0)), ("read_many", ([(0, 1)],)),
]
WRITES = [
    ("write", (b"x",)), ("writelines", ([b"x"],)), ("truncate", (0,)), ("write_at", (b"x", 0)),
    ("write_many", ([(0, b"x")],)),
]


@promise("errors.unsupported")
@pytest.mark.parametrize(("name", "arguments"), READS)
async def test_reading_a_write_only_file(target: pathlib.Path, name: str, arguments: tuple[object, ...]) -> None:
    """Every kind of read of a file opened for writing is io.UnsupportedOperation."""
    for mode in ("wb", "ab", "xb"):
        target.unlink(missing_ok=True)
        async with ayafileio.open(target, mode) as f:  # type: ignore[call-overload]
            assert not f.readable() and f.writable()
            with pytest.raises(io.UnsupportedOperation):
                await getattr(f, name)(*arguments)


@promise("errors.unsupported")
@pytest.mark.parametrize(("name", "arguments"), WRITES)
async def test_writing_a_read_only_file(sample: pathlib.Path, name: str, arguments: tuple[object, ...]) -> None:
    """Every kind of write to a file opened for reading is io.UnsupportedOperation; the file is untouched."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        assert f.readable() and not f.writable()
        with pytest.raises(io.UnsupportedOperation):
            await getattr(f, name)(*arguments)
        assert await f.read() == data
    assert sample.read_bytes() == data


@promise("errors.unsupported")
async def test_the_same_in_text_mode(sample: pathlib.Path, target: pathlib.Path) -> None:
    """Text files too, also for iteration."""
    sample.write_text("line\n")
    async with ayafileio.open(sample, "r") as f:
        with pytest.raises(io.UnsupportedOperation):
            await f.write("x")
    async with ayafileio.open(target, "w") as f:
        with pytest.raises(io.UnsupportedOperation):
            await f.read()
        with pytest.raises(io.UnsupportedOperation):
            async for _ in f:
                pass


@promise("errors.unsupported")
async def test_binary_calls_on_a_text_file(sample: pathlib.Path) -> None:
    """readinto, chunk and the calls for many places are for bytes; a text file refuses them."""
    sample.write_text("line\n")
    async with ayafileio.open(sample, "r+") as f:
        for name, arguments in (
            ("readinto", (bytearray(3),)), ("read_many", ([(0, 1)],)), ("write_many", ([(0, b"x")],)),
        ):
            with pytest.raises((io.UnsupportedOperation, AttributeError, TypeError)):
                await getattr(f, name)(*arguments)
        with pytest.raises((io.UnsupportedOperation, AttributeError, TypeError)):
            async for _ in f.chunk(10):
                pass


def loop_of_links(where: pathlib.Path) -> pathlib.Path:
    (where / "a").symlink_to(where / "b")
    (where / "b").symlink_to(where / "a")
    return where / "a"


@promise("errors.table")
async def test_the_class_of_each_system_error(workdir: pathlib.Path) -> None:
    """Each errno that an open can be brought to give arrives as the class the built-in gives, same errno."""
    (workdir / "file").write_bytes(b"x")
    cases = [
        (workdir / "missing", "rb"),
        (workdir / "missing" / "below", "wb"),
        (workdir / "file", "xb"),
        (workdir / "file" / "below", "rb"),
        (workdir, "wb"),
        (loop_of_links(workdir), "rb"),
        (workdir / ("x" * 300), "rb"),
        ("", "rb"),
    ]
    if os.geteuid() != 0:
        locked = workdir / "locked"
        locked.write_bytes(b"")
        locked.chmod(0)
        cases.append((locked, "rb"))
    for path, mode in cases:
        with pytest.raises(OSError) as builtin:
            open(path, mode).close()
        with pytest.raises(OSError) as ours:
            await ayafileio.open(path, mode)  # type: ignore[call-overload]
        assert type(ours.value) is type(builtin.value), (path, ours.value)
        assert ours.value.errno == builtin.value.errno
        assert ours.value.strerror == builtin.value.strerror


@promise("errors.table")
async def test_the_errno_of_operations() -> None:
    """Errors of reads and writes keep the kernel's number."""
    async with ayafileio.open("/dev/full", "wb", buffering=0) as f:
        with pytest.raises(OSError) as full:
            await f.write(b"x")
    assert (full.value.errno, full.value.strerror) == (errno.ENOSPC, os.strerror(errno.ENOSPC))
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        async with ayafileio.wrap_file(writer, "wb", owns_fd=True) as p:
            await p.write(b"x" * 100_000)
            await p.flush()


@promise("errors.table")
async def test_running_out_of_descriptors(sample: pathlib.Path) -> None:
    """EMFILE arrives as OSError with that errno, and once descriptors are free, opening works again."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(n) for n in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 20, limits[1]))
    files = []
    try:
        with pytest.raises(OSError) as caught:
            for _ in range(used + 100):
                f = ayafileio.open(sample, "rb")
                files.append(f)
                await f
        assert caught.value.errno == errno.EMFILE
        for f in files:
            await f.close()
        async with ayafileio.open(sample, "rb") as f:
            assert len(await f.read(10)) == 10
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@promise("errors.usage")
async def test_wrong_arguments_of_operations(sample: pathlib.Path) -> None:
    """Wrong types and values are TypeError and ValueError, and name what was passed."""
    async with ayafileio.open(sample, "r+b") as f:
        for name, arguments in [
            ("read", ("5",)), ("read", (1.5,)), ("write", ("text",)), ("write", (5,)), ("write", (None,)),
            ("readinto", (5,)), ("readinto", ("text",)), ("seek", ("x",)), ("seek", (1.0,)), ("seek", ()),
            ("truncate", ("x",)), ("readlines", ("x",)), ("writelines", (5,)), ("write", ()), ("read", (1, 2)),
            ("writelines", (["text"],)), ("read_at", ("x", 0)), ("tell", (1,)), ("read_many", ([5],)),
        ]:
            with pytest.raises(TypeError):
                await getattr(f, name)(*arguments)
        with pytest.raises(ValueError, match="17"):
            await f.seek(0, 17)
        assert await f.tell() == 0
        assert await f.read(4) == sample.read_bytes()[:4]


@promise("errors.usage")
async def test_wrong_arguments_of_text_operations(sample: pathlib.Path) -> None:
    """A text file takes str only."""
    sample.write_text("text")
    async with ayafileio.open(sample, "r+") as f:
        for name, arguments in [
            ("write", (b"bytes",)), ("write", (5,)), ("writelines", ([b"x"],)), ("read", ("x",)),
        ]:
            with pytest.raises(TypeError):
                await getattr(f, name)(*arguments)


@promise("errors.usage")
def test_usage_errors_say_what_is_allowed(sample: pathlib.Path) -> None:
    """The message of a bad newline, mode or option value shows the value."""
    with pytest.raises(ValueError, match="zz"):
        ayafileio.open(sample, "r", newline="zz")
    with pytest.raises(ValueError, match="rwx"):
        ayafileio.open(sample, "rwx")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="(?s)iocp_batch_size.*(257|256)"):
        ayafileio.configure({"iocp_batch_size": 257})


@promise("errors.options")
def test_unknown_options() -> None:
    """An unknown option is refused with the list of those that exist."""
    with pytest.raises((ValueError, KeyError)) as caught:
        ayafileio.configure({"buffer_sise": 5})
    message = str(caught.value)
    assert "buffer_sise" in message
    for name in ayafileio.get_config():
        assert name in message


async def test_huge_numbers(sample: pathlib.Path) -> None:
    """Numbers beyond 64 bits are an error, never a truncated number."""
    async with ayafileio.open(sample, "r+b") as f:
        for name, arguments in [
            ("seek", (2**63,)), ("seek", (2**64 + 5,)), ("read", (2**64 + 5,)), ("truncate", (2**64 + 5,)),
            ("read_at", (5, 2**64 + 5)), ("seek", (-(2**63) - 1,)),
        ]:
            with pytest.raises((OverflowError, ValueError, OSError)):
                await getattr(f, name)(*arguments)
        assert await f.tell() == 0
    assert sample.stat().st_size == 65536


async def test_a_read_larger_than_memory(sample: pathlib.Path) -> None:
    """Asking for an impossible length is a MemoryError or simply what there is; the file goes on."""
    async with ayafileio.open(sample, "rb") as f:
        for size in (2**62, 2**50):
            await f.seek(0)
            try:
                assert await f.read(size) == sample.read_bytes()
            except (MemoryError, OverflowError):
                pass
        await f.seek(0)
        assert await f.read(4) == sample.read_bytes()[:4]
