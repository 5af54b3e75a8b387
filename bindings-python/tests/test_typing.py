"""The package says that it is typed. The samples in typing/ are checked by `go run ./ci check`.

They are not run from here: both checkers take seconds and say the same on every interpreter.
"""

from __future__ import annotations

import ast
import pathlib

import ayafileio

PACKAGE = pathlib.Path(ayafileio.__file__).parent


def test_the_package_is_marked_as_typed() -> None:
    """py.typed and the stub of the extension are part of the package."""
    assert (PACKAGE / "py.typed").exists()
    assert list(PACKAGE.glob("*.pyi"))


def test_the_stub_and_the_class_agree() -> None:
    """Each public method is in the stub, and the stub invents none."""
    declared: set[str] = set()
    for stub in PACKAGE.glob("*.pyi"):
        for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name == "AsyncFile":
                declared |= {n.name for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    public = {name for name in dir(ayafileio.AsyncFile) if not name.startswith("_")}
    methods = {name for name in public if callable(getattr(ayafileio.AsyncFile, name))}
    assert methods <= declared, methods - declared
    assert {name for name in declared if not name.startswith("_")} <= public | {"encoding", "errors", "newlines", "line_buffering"}
