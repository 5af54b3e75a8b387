"""User code with mistakes that a type checker has to find: an ignored error that is none fails the check.

mypy complains of unused ignores under --strict; pyright by the line below.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=error

from __future__ import annotations

from pathlib import Path

import ayafileio


async def mistakes(path: Path) -> None:
    async with ayafileio.open(path, "rb") as f:
        await f.write("text")  # type: ignore[arg-type]
        await f.readinto("text")  # type: ignore[arg-type]
        text: str = await f.read()  # type: ignore[assignment]
        f.closed = True  # type: ignore[misc]
    async with ayafileio.open(path, "r") as t:
        await t.write(b"bytes")  # type: ignore[arg-type]
        await t.read("5")  # type: ignore[arg-type]
    ayafileio.open(5.0)  # type: ignore[call-overload]
    ayafileio.configure({"no_such_option": 5})  # type: ignore[arg-type]
    ayafileio.wrap_file("path")  # type: ignore[arg-type]
    print(text)
