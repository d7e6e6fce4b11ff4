# SPDX-License-Identifier: Apache-2.0
"""Which folders of a package go on `sys.path` and what is imported from them, by its build backend."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

from noxkit.workspace._globs import has_wildcard, normal_path
from noxkit.workspace._scan import flat_names, is_package, leaves, scan
from noxkit.workspace._tables import items, normalize, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from noxkit.workspace._tables import Table
    from noxkit.workspace.manifest import Manifest

__all__ = ["Layout", "read_layout"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Import roots relative to the package's folder (`src` or `.`), and dotted import names, in order."""

    roots: tuple[str, ...]
    names: tuple[str, ...]


# A root, and the dotted or slashed name of what is imported from it; None for all that is there.
_Part: TypeAlias = "tuple[str, str | None]"


def read_layout(manifest: Manifest, *, name: str) -> Layout:
    """The layout that the build backend is told, where that exists; else `src`, else the flat one.

    `name` is the normalised name of the project.
    """
    return _resolve(manifest, _declared(manifest, name)) or _detected(manifest, name)


def _declared(manifest: Manifest, name: str) -> list[_Part]:
    backend = manifest.backend or ("setuptools" if manifest.setup_cfg or manifest.setup_py else "")
    reader = next((read for prefix, read in _BACKENDS.items() if backend.startswith(prefix)), None)
    return reader(manifest, name) if reader else []


def _resolve(manifest: Manifest, parts: Iterable[_Part]) -> Layout | None:
    roots: dict[str, None] = {}
    names: dict[str, None] = {}
    for declared_root, part in parts:
        root = normal_path(declared_root)
        found = _names(manifest.folder / root, part)
        if found:
            roots[root] = None
            names.update(dict.fromkeys(found))
    return Layout(roots=tuple(roots), names=tuple(names)) if names else None


def _names(root: Path, part: str | None) -> list[str]:
    """What is imported from `root`: everything, or what `part` names, where that exists."""
    if part is None:
        return scan(root)
    dotted = part.strip("/").removesuffix(".py").replace("/", ".")
    *parents, last = dotted.split(".")
    parent = root.joinpath(*parents)
    if (parent / last).is_dir():
        return leaves(parent / last, dotted.replace("-stubs", ""))
    return [dotted] if (parent / f"{last}.py").is_file() else []


def _detected(manifest: Manifest, name: str) -> Layout:
    source = manifest.folder / "src"
    if not is_package(source) and (found := scan(source)):
        return Layout(roots=("src",), names=tuple(found))
    return Layout(roots=(".",), names=tuple(flat_names(manifest.folder, name)))


def _split(path: str) -> _Part:
    """A path to a package as the folder that holds it and the package."""
    root, _, last = normal_path(path).rpartition("/")
    return (root or ".", None if last == "." else last)


def _hatch(manifest: Manifest, name: str) -> list[_Part]:
    build = table(manifest.pyproject, "tool", "hatch", "build")
    wheel = table(build, "targets", "wheel")
    packages = strings(wheel.get("packages")) or strings(build.get("packages"))
    if packages:
        return [_split(path) for path in packages]
    sources = wheel.get("sources") or build.get("sources")
    included = strings(wheel.get("only-include")) or strings(build.get("only-include"))
    if strings(sources):
        return [_below(strings(sources), path) for path in included] or [(root, None) for root in strings(sources)]
    if table(sources):
        return [_split(path) if target else (path, None) for path, target in table(sources).items()]
    if included:
        return [(".", normal_path(path)) for path in included]
    return [(".", normalize(name).replace("-", "_"))]  # where hatch looks first


def _below(roots: Iterable[str], path: str) -> _Part:
    """`path` seen from the one of `roots` that holds it, which hatch cuts off."""
    normal = normal_path(path)
    holders = (root for root in map(normal_path, roots) if f"{normal}/".startswith(f"{root}/"))
    root = next(holders, ".")
    rest = normal.removeprefix(root).strip("/")
    return (root, rest or None) if root != "." else (".", normal)


def _setuptools(manifest: Manifest, name: str) -> list[_Part]:
    del name
    return _setuptools_toml(manifest) or _setuptools_cfg(manifest) or _setuptools_script(manifest)


def _setuptools_toml(manifest: Manifest) -> list[_Part]:
    options = table(manifest.pyproject, "tool", "setuptools")
    where = strings(table(options, "packages", "find").get("where"))
    return _setuptools_parts(
        packages=strings(options.get("packages")),
        modules=strings(options.get("py-modules")),
        folders=_texts(table(options, "package-dir")),
        where=where,
    )


def _setuptools_cfg(manifest: Manifest) -> list[_Part]:
    options = manifest.setup_cfg.get("options", {})
    packages = options.get("packages", "")
    folders = dict(line.split("=", 1) for line in options.get("package_dir", "").splitlines() if "=" in line)
    find = manifest.setup_cfg.get("options.packages.find", {})
    return _setuptools_parts(
        packages=() if packages.startswith("find") else tuple(packages.replace(",", "\n").split()),
        modules=tuple(options.get("py_modules", "").replace(",", "\n").split()),
        folders={key.strip(): value.strip() for key, value in folders.items()},
        where=tuple(find.get("where", "").split()),
    )


def _setuptools_script(manifest: Manifest) -> list[_Part]:
    keywords = manifest.setup_py or {}
    where = text(table(keywords, "packages").get("where"))
    return _setuptools_parts(
        packages=strings(keywords.get("packages")),
        modules=strings(keywords.get("py_modules")),
        folders=_texts(table(keywords, "package_dir")),
        where=(where,) if where and where != "." else (),
    )


def _texts(values: Table) -> dict[str, str]:
    return {key: value for key, value in values.items() if isinstance(value, str)}


def _setuptools_parts(
    *, packages: tuple[str, ...], modules: tuple[str, ...], folders: dict[str, str], where: tuple[str, ...]
) -> list[_Part]:
    base = folders.get("", ".")
    tops = list(dict.fromkeys(package.split(".")[0] for package in packages))
    parts: list[_Part] = [_split(folders[top]) if top in folders else (base, top) for top in tops]
    parts += [(base, module) for module in modules]
    if parts:
        return parts
    # The folder itself holds more than packages: there the usual places are looked at.
    return [(root, None) for root in where or (base,) if normal_path(root) != "."]


def _poetry(manifest: Manifest, name: str) -> list[_Part]:
    entries = [table(entry) for entry in items(table(manifest.pyproject, "tool", "poetry").get("packages"))]
    declared = [(text(entry.get("from")) or ".", text(entry.get("include"))) for entry in entries]
    # An `include` may be a pattern of files: its first folder is what is imported.
    parts = [(root, path.split("*")[0].strip("/") or None) for root, path in declared if path]
    module = name.replace("-", "_")
    return [*parts] or [("src", module), (".", module)]


def _uv_build(manifest: Manifest, name: str) -> list[_Part]:
    options = table(manifest.pyproject, "tool", "uv", "build-backend")
    root = options.get("module-root")
    named = options.get("module-name")
    single = text(named)
    modules = (single,) if single else strings(named) or (name.replace("-", "_"),)
    return [(root if isinstance(root, str) else "src", module) for module in modules]


def _flit(manifest: Manifest, name: str) -> list[_Part]:
    options = table(manifest.pyproject, "tool", "flit")
    module = text(table(options, "module").get("name")) or text(table(options, "metadata").get("module"))
    raw = text(table(manifest.pyproject, "project").get("name")) or name
    module = module or raw.replace("-", "_")
    return [("src", module), (".", module)]


def _pdm(manifest: Manifest, name: str) -> list[_Part]:
    del name
    options = table(manifest.pyproject, "tool", "pdm")
    build = table(options, "build")
    root = text(build.get("package-dir")) or text(options.get("package-dir"))
    included = [normal_path(path) for path in strings(build.get("includes")) if not has_wildcard(path)]
    parts = [_below([root or "src"], path) for path in included]
    if parts:
        return parts
    return [(root, None)] if root and normal_path(root) != "." else []


def _maturin(manifest: Manifest, name: str) -> list[_Part]:
    options = table(manifest.pyproject, "tool", "maturin")
    module = (text(options.get("module-name")) or name.replace("-", "_")).split(".")[0]
    root = text(options.get("python-source"))
    return [(root, module), (root, None)] if root else [("python", module), ("src", module), (".", module)]


def _scikit_build(manifest: Manifest, name: str) -> list[_Part]:
    packages = strings(table(manifest.pyproject, "tool", "scikit-build", "wheel").get("packages"))
    module = name.replace("-", "_")
    return [_split(path) for path in packages] or [(root, module) for root in ("src", "python", ".")]


_BACKENDS: dict[str, Callable[[Manifest, str], list[_Part]]] = {
    "hatchling": _hatch,
    "setuptools": _setuptools,
    "poetry": _poetry,
    "uv_build": _uv_build,
    "flit": _flit,
    "pdm": _pdm,
    "maturin": _maturin,
    "scikit_build_core": _scikit_build,
}
