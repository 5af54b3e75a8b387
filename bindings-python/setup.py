"""Builds the extension, and the library it opens unless a ready one is named.

Environment:
    AYAFILEIO_PREBUILT_LIB   a ready libayafileio to ship, instead of building it with Go
    AYAFILEIO_ABI3=1         one extension for all CPython from 3.11 on
    AYAFILEIO_SANITIZE       e.g. address,undefined: build the extension with these sanitizers
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = sorted((HERE / "src" / "native").rglob("*.c"))
HEADERS = sorted((HERE / "src" / "native").rglob("*.h"))
LIBRARY = "libayafileio.dylib" if sys.platform == "darwin" else "libayafileio.so"
# The stable ABI does not exist for free-threaded interpreters.
ABI3 = os.environ.get("AYAFILEIO_ABI3") == "1" and not sysconfig.get_config_var("Py_GIL_DISABLED")
SANITIZE = os.environ.get("AYAFILEIO_SANITIZE", "")


def version() -> str:
    """The top entry of the change log is the one place that says it."""
    for folder in (ROOT, HERE):
        log = folder / "CHANGELOG.md"
        if log.exists():
            found = re.search(r"^##\s+v?(\d+\.\d+\.\d+\S*)", log.read_text(encoding="utf-8"), re.MULTILINE)
            if found:
                return found.group(1)
            raise SystemExit(f"{log} has no entry '## <version>'")
    raise SystemExit("CHANGELOG.md is missing")


def header_folder() -> str:
    """The C header: beside the Go sources in the repository, beside this file in a source distribution."""
    for folder in (ROOT / "capi", HERE / "include"):
        if (folder / "ayafileio.h").exists():
            return str(folder)
    raise SystemExit("ayafileio.h is missing")


def build_library(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    ready = os.environ.get("AYAFILEIO_PREBUILT_LIB")
    if ready:
        # A new inode: a process that has the old one mapped must not see it change.
        target.unlink(missing_ok=True)
        shutil.copy2(ready, target)
        return
    if not (ROOT / "capi").is_dir():
        raise SystemExit("the Go sources are missing: set AYAFILEIO_PREBUILT_LIB to a ready " + LIBRARY)
    command = ["go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags", "-s -w", "-o", str(target), "./capi"]
    print(" ".join(command), flush=True)
    try:
        subprocess.run(command, cwd=ROOT, env={**os.environ, "CGO_ENABLED": "1"}, check=True)
    except FileNotFoundError:
        raise SystemExit("building libayafileio needs Go: install it, or set AYAFILEIO_PREBUILT_LIB") from None
    target.with_suffix(".h").unlink(missing_ok=True)


class Build(build_ext):
    def run(self) -> None:
        super().run()
        package = Path(self.get_ext_fullpath("ayafileio._ayafileio")).resolve().parent
        build_library(package / LIBRARY)


def compile_flags() -> list[str]:
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-D_GNU_SOURCE"]
    if SANITIZE:
        flags += [f"-fsanitize={SANITIZE}", "-fno-omit-frame-pointer", "-g", "-O1", "-fno-sanitize-recover=undefined"]
    else:
        flags += ["-O2"]
    return flags


extension = Extension(
    "ayafileio._ayafileio",
    [str(path.relative_to(HERE)) for path in SOURCES],
    depends=[str(path.relative_to(HERE)) for path in HEADERS],
    include_dirs=["src/native", header_folder()],
    define_macros=[
        ("AYAFILEIO_VERSION", f'"{version()}"'),
        *([("Py_LIMITED_API", "0x030b0000")] if ABI3 else []),
    ],
    extra_compile_args=compile_flags(),
    extra_link_args=[f"-fsanitize={SANITIZE}"] if SANITIZE else [],
    libraries=["dl"] if sys.platform.startswith("linux") else [],
    py_limited_api=ABI3,
)

setup(
    version=version(),
    ext_modules=[extension],
    cmdclass={"build_ext": Build},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if ABI3 else {},
)
