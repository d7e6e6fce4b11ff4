# SPDX-License-Identifier: Apache-2.0
"""Where the files of a package's tree land in site-packages, by what its build backend is told."""

from __future__ import annotations

import ast
import dataclasses
import functools
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.rules._tree_patterns import exclusions
from noxkit.rules._version_files import version_files
from noxkit.workspace._globs import normal_path
from noxkit.workspace._tables import strings, table, text
from noxkit.workspace.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from noxkit.rules._facts import PackageFacts
    from noxkit.workspace.manifest import Manifest

__all__ = ["Placed", "TreeLayout", "layout_of"]

_BACKENDS = ("hatchling", "setuptools", "uv_build", "flit", "pdm", "poetry")


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """A folder or a module of the tree (relative to the root), and what it is in site-packages."""

    tree: str
    site: str


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TreeLayout:
    """`placed` are the folders and modules of a package, the innermost first.

    `is_excluded` tells of a path relative to the root whether it is left out on purpose; `ships_data` whether the
    backend takes what lies beside modules without being told; `generates` whether a hook may write further files.
    `written` are the files, relative to the root, that are written when the package is built.
    """

    facts: PackageFacts
    placed: tuple[Placed, ...]
    is_excluded: Callable[[str], bool]
    ships_data: bool
    generates: bool
    written: frozenset[str]

    @functools.cached_property
    def expected(self) -> dict[str, str]:
        """The files of the tree that are meant to be installed: by their path in site-packages, that in the tree."""
        found: dict[str, str] = {}
        for path in self.facts.files:
            site = self._site(path)
            if site is not None and not self.is_excluded(path):
                found.setdefault(site, path)
        return found

    def _site(self, path: str) -> str | None:
        for each in self.placed:
            if path == each.tree:
                return each.site
            if path.startswith(f"{each.tree}/"):
                return each.site + path[len(each.tree) :]
        return None

    def in_tree(self, site: str) -> str | None:
        """Where in the tree an installed file comes from, by its path in site-packages; None where nothing says it."""
        for each in self.placed:
            if site == each.site:
                return each.tree
            if site.startswith(f"{each.site}/"):
                return each.tree + site[len(each.site) :]
        return None


def layout_of(facts: PackageFacts) -> TreeLayout | None:
    """The layout of a package; None for a backend whose settings are not known."""
    build = table(facts.package.pyproject, "build-system")
    name = text(build.get("build-backend")) or ("setuptools" if not facts.package.build_backend else "")
    backend = next((known for known in _BACKENDS if name.startswith(known)), None)
    if backend is None or build.get("backend-path"):
        return None
    folder = facts.package.folder
    manifest = read_manifest(Path(facts.whole.repository.root) / folder, facts.package.pyproject)
    manifest_in = (facts.whole.read(facts.path("MANIFEST.in")) or b"").decode("utf-8", "replace")
    is_out = exclusions(manifest, backend, manifest_in=manifest_in)
    own = len(folder) + 1 if folder != "." else 0
    renamed = tuple(_renamed(facts, manifest, backend))
    trees = {each.tree for each in renamed}
    named = [each for each in _named(facts) if each.tree not in trees]
    if backend == "setuptools" and _declares_packages(manifest):
        stems = _modules(manifest)
        named = [each for each in named if not _is_lone(each.site) or each.site.rpartition(".")[0] in stems]
    placed = (*renamed, *named)
    return TreeLayout(
        facts=facts,
        placed=tuple(sorted(placed, key=lambda each: -len(each.tree))),
        is_excluded=lambda path: is_out(path[own:]),
        ships_data=backend != "setuptools",
        generates=_generates(manifest, backend),
        written=frozenset(facts.path(path) for path in version_files(facts)),
    )


def _named(facts: PackageFacts) -> Iterator[Placed]:
    """What the layout says is imported, below the roots where it lies."""
    files = set(facts.files)
    folders = {path[: index + 1] for path in files for index, character in enumerate(path) if character == "/"}
    for root in facts.package.import_roots:
        for name in facts.package.import_names:
            path = name.replace(".", "/")
            top, slash, rest = path.partition("/")
            for site in (path, f"{top}-stubs{slash}{rest}"):
                tree = normal_path(f"{root}/{site}")
                if f"{tree}/" in folders:
                    yield Placed(tree, site)
                yield from (
                    Placed(f"{tree}{end}", f"{site}{end}") for end in (".py", ".pyi") if f"{tree}{end}" in files
                )


def _renamed(facts: PackageFacts, manifest: Manifest, backend: str) -> Iterator[Placed]:
    """What is installed under another path than it has in the tree."""
    tool = table(manifest.pyproject, "tool")
    if backend == "hatchling":
        build = table(tool, "hatch", "build")
        wheel = table(build, "targets", "wheel")
        for place in (wheel, build):
            for name in ("force-include", "sources"):
                for source, target in table(place.get(name)).items():
                    if isinstance(target, str) and target.strip("/"):
                        yield _placed(facts, source, target)
    elif backend == "setuptools":
        folders = dict(table(tool, "setuptools", "package-dir")) or dict(table(manifest.setup_py or {}, "package_dir"))
        lines = manifest.setup_cfg.get("options", {}).get("package_dir", "").splitlines()
        folders |= {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines) if value}
        for package, folder in folders.items():
            if package and isinstance(folder, str):
                yield _placed(facts, folder, package.replace(".", "/"))
    elif backend == "flit":
        return


def _is_lone(site: str) -> bool:
    """Whether a module lies in no package."""
    return "/" not in site and site.endswith((".py", ".pyi"))


def _placed(facts: PackageFacts, source: str, target: str) -> Placed:
    return Placed(normal_path(facts.path(source)), normal_path(target).strip("/"))


def _generates(manifest: Manifest, backend: str) -> bool:
    """Whether something of the project's own runs in the build that may write files into the wheel."""
    tool = table(manifest.pyproject, "tool")
    if backend == "hatchling":
        build = table(tool, "hatch", "build")
        hooks = [place for place in (build, table(build, "targets", "wheel")) for place in table(place, "hooks")]
        return bool(set(hooks) - {"vcs", "version"})
    if backend == "setuptools":
        return _has_commands(manifest) or _requires_more(manifest)
    if backend == "poetry":
        return bool(table(tool, "poetry").get("build"))
    if backend == "pdm":
        return (manifest.folder / "pdm_build.py").is_file() or bool(table(tool, "pdm", "build").get("custom-hook"))
    return False


def _has_commands(manifest: Manifest) -> bool:
    """Whether setup.py, or a configuration, brings commands of its own."""
    file = manifest.folder / "setup.py"
    configured = bool(manifest.setup_cfg.get("options", {}).get("cmdclass"))
    if configured or table(manifest.pyproject, "tool", "setuptools", "cmdclass") or not file.is_file():
        return configured or bool(table(manifest.pyproject, "tool", "setuptools", "cmdclass"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(isinstance(node, ast.keyword) and node.arg in {None, "cmdclass"} for node in ast.walk(tree))


def _declares_packages(manifest: Manifest) -> bool:
    """Whether setuptools is told which packages there are, so that modules beside them have to be named as well."""
    stated = table(manifest.pyproject, "tool", "setuptools").get("packages")
    cfg = manifest.setup_cfg.get("options", {})
    return bool(stated or cfg.get("packages") or (manifest.setup_py or {}).get("packages"))


def _modules(manifest: Manifest) -> frozenset[str]:
    """The single modules that setuptools is told of."""
    stated = strings(table(manifest.pyproject, "tool", "setuptools").get("py-modules"))
    cfg = manifest.setup_cfg.get("options", {}).get("py_modules", "").replace(",", "\n").split()
    return frozenset((*stated, *cfg, *strings((manifest.setup_py or {}).get("py_modules"))))


def _requires_more(manifest: Manifest) -> bool:
    """Whether setuptools has company: extensions of it generate code, such as cffi's or grpc's."""
    known = ("setuptools", "wheel", "cython", "numpy", "pip", "packaging", "versioningit", "toml")
    lines = strings(table(manifest.pyproject, "build-system").get("requires"))
    return any(not line.strip().lower().startswith(known) for line in lines)
