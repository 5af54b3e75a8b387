"""configure and its companions: options are the core's, the checks and the dictionaries are here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ._ayafileio import _backend_info, _drain, _option, _reset_options, _set_option
from ._option_table import OPTIONS

_POOL_HANDLES = 1
_POOL_BUFFERS = 2


def _checked(name: Any, value: Any) -> int:
    if not isinstance(name, str):
        raise TypeError(f"an option's name must be str, not {type(name).__name__}")
    option = OPTIONS.get(name)
    if option is None:
        raise ValueError(f"unknown option {name!r}; known are: {', '.join(sorted(OPTIONS))}")
    if option.kind == "switch":
        if not isinstance(value, int):
            raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
        if value not in (0, 1):
            raise ValueError(f"{name} must be True or False, not {value}")
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if not option.minimum <= value <= option.maximum:
        raise ValueError(f"{name} must be from {option.minimum} to {option.maximum}, not {value}")
    return value


def configure(options: Mapping[str, int | bool]) -> None:
    """Set options. Everything is checked first: when anything is wrong, nothing is changed."""
    if not isinstance(options, Mapping):
        raise TypeError(f"configure() takes a dict of options, not {type(options).__name__}")
    checked = {name: _checked(name, value) for name, value in options.items()}
    for name, value in checked.items():
        _set_option(name, value)


def get_config() -> dict[str, int | bool]:
    """The options as they are."""
    return {
        name: bool(_option(name)) if option.kind == "switch" else _option(name) for name, option in OPTIONS.items()
    }


def reset_config() -> None:
    """Set all options back to their defaults."""
    _reset_options()


def get_backend_info() -> dict[str, Any]:
    """What is in use here and why."""
    info: dict[str, Any] = json.loads(_backend_info())
    info.setdefault("platform", sys.platform)
    return info


def drain_handle_pool() -> None:
    """Release the file handles that are kept for reuse."""
    _drain(_POOL_HANDLES)


def drain_buffer_pool() -> None:
    """Release the I/O buffers that are kept for reuse."""
    _drain(_POOL_BUFFERS)
