"""Every promise has a test, every test of a promise says in its docstring what it shows."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

from promises import PROMISES

HERE = pathlib.Path(__file__).parent


def promised() -> Iterator[tuple[str, str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """(promise, place, function) of each decorated test; read from source, so that -k does not matter."""
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "promise":
                    argument = decorator.args[0]
                    assert isinstance(argument, ast.Constant)
                    yield argument.value, f"{path.name}::{node.name}", node


def test_each_promise_has_a_test() -> None:
    tested = {name for name, _, _ in promised()}
    assert not set(PROMISES) - tested, f"promises without a test: {sorted(set(PROMISES) - tested)}"


def test_each_tested_promise_is_listed() -> None:
    unknown = {(name, place) for name, place, _ in promised() if name not in PROMISES}
    assert not unknown, f"tests of promises that promises.py does not list: {sorted(unknown)}"


def test_each_test_of_a_promise_is_a_test_with_a_docstring() -> None:
    bad = {
        place
        for _, place, node in promised()
        if not node.name.startswith("test_") or not ast.get_docstring(node)
    }
    assert not bad, f"not a test, or without a docstring: {sorted(bad)}"
