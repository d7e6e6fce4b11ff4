# SPDX-License-Identifier: Apache-2.0
"""A build backend in the tree of each package: whole wheels and sdists, from nothing but the standard library."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path

_TIME = (2026, 1, 1, 0, 0, 0)
_SECONDS = 1_767_225_600
_KEPT = ("pyproject.toml", "backend.py", "README.md", "LICENSE")


def _facts() -> tuple[str, str, list[str]]:
    """Name, version and requirements."""
    text = Path("pyproject.toml").read_text()
    name, version = (re.findall(rf'^{key} = "(.+)"', text, re.MULTILINE)[0] for key in ("name", "version"))
    listed = re.findall(r"^dependencies = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    return name, version, re.findall(r'"([^"]+)"', "".join(listed))


def _metadata() -> str:
    name, version, needs = _facts()
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        f"Summary: The package {name}.",
        "Author: Nobody",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        "Requires-Python: >=3.10",
        *(f"Requires-Dist: {line}" for line in needs),
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + f"\n\n# {name}\n\nThe package {name}.\n"


def _sources() -> list[Path]:
    return sorted(path for path in Path("src").rglob("*") if path.is_file() and path.suffix in {".py", ".typed"})


def _wheel(folder: str, files: dict[str, bytes]) -> str:
    name, version, _ = _facts()
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    kind = "Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{info}/licenses/LICENSE": Path("LICENSE").read_bytes()}
    every = {**files, f"{info}/METADATA": _metadata().encode(), f"{info}/WHEEL": kind.encode()}
    rows: list[str] = []
    for path, data in every.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(data)}\n")
    every[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(Path(folder) / f"{stem}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in every.items():
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return f"{stem}-py3-none-any.whl"


def build_wheel(folder: str, settings: object = None, metadata: object = None) -> str:
    """As PEP 517 has it."""
    del settings, metadata
    return _wheel(folder, {path.relative_to("src").as_posix(): path.read_bytes() for path in _sources()})


def build_editable(folder: str, settings: object = None, metadata: object = None) -> str:
    """As PEP 660 has it."""
    del settings, metadata
    return _wheel(folder, {f"_{_facts()[0].replace('-', '_')}.pth": (str(Path("src").resolve()) + "\n").encode()})


def build_sdist(folder: str, settings: object = None) -> str:
    """As PEP 517 has it."""
    del settings
    name, version, _ = _facts()
    stem = f"{name.replace('-', '_')}-{version}"
    kept = [Path(path) for path in _KEPT if Path(path).is_file()]
    files = {path.as_posix(): path.read_bytes() for path in [*kept, *_sources()]}
    files["PKG-INFO"] = _metadata().encode()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"{stem}/{path}")
            entry.size, entry.mtime, entry.mode = len(data), _SECONDS, 0o644
            archive.addfile(entry, io.BytesIO(data))
    (Path(folder) / f"{stem}.tar.gz").write_bytes(gzip.compress(plain.getvalue(), mtime=0))
    return f"{stem}.tar.gz"
