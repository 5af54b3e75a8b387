"""python -m ayafileio: what is in use on this machine, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_ADVICE = {
    "linux": (
        "io_uring is missing or forbidden. It needs Linux 5.6 or later; in a container allow the system calls "
        "io_uring_setup, io_uring_enter and io_uring_register (seccomp profile), and look at "
        "/proc/sys/kernel/io_uring_disabled, which must be 0."
    ),
}


def _rows(info: Mapping[str, Any]) -> list[tuple[str, str]]:
    from . import __version__
    from ._ayafileio import _library_path

    rows = [
        ("version", __version__),
        ("python", sys.version.split()[0]),
        ("library", _library_path()),
    ]
    for key, value in info.items():
        if isinstance(value, list):
            value = ", ".join(map(str, value)) or "none"
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        if value != "":
            rows.append((key.replace("_", " "), str(value)))
    return rows


def main() -> int:
    from . import get_backend_info

    try:
        info = get_backend_info()
    except ImportError as error:
        print(f"ayafileio cannot be used here: {error}", file=sys.stderr)
        return 2
    rows = _rows(info)
    width = max(len(key) for key, _ in rows)
    for key, value in rows:
        print(f"{key:<{width}}  {value}")
    if info.get("is_truly_async"):
        return 0
    print()
    print("Native asynchronous I/O is not available: a pool of threads makes blocking calls instead.")
    advice = _ADVICE.get(str(info.get("platform")))
    if advice:
        print(advice)
    return 1


if __name__ == "__main__":
    sys.exit(main())
