"""Whole files in one call."""

from __future__ import annotations

from os import PathLike

from ._ayafileio import open


async def read_bytes(path: str | bytes | PathLike[str] | PathLike[bytes]) -> bytes:
    """The whole file."""
    async with open(path, "rb") as file:
        return await file.read()


async def read_text(
    path: str | bytes | PathLike[str] | PathLike[bytes],
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> str:
    """The whole file, decoded as open() in text mode would."""
    async with open(path, "r", encoding=encoding, errors=errors, newline=newline) as file:
        return await file.read()


async def write_bytes(
    path: str | bytes | PathLike[str] | PathLike[bytes], data: bytes | bytearray | memoryview
) -> int:
    """Replace the file's content; the number of bytes."""
    async with open(path, "wb") as file:
        return await file.write(data)


async def write_text(
    path: str | bytes | PathLike[str] | PathLike[bytes],
    data: str,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> int:
    """Replace the file's content, encoded as open() in text mode would; the number of bytes."""
    async with open(path, "w", encoding=encoding, errors=errors, newline=newline) as file:
        return await file.write(data)
