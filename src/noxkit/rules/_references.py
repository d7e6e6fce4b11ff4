# SPDX-License-Identifier: Apache-2.0
"""What documents name of the repository: links, paths in code, and packages; and whether it is there."""

from __future__ import annotations

import difflib
import fnmatch
import functools
import itertools
import os
import posixpath
import re
import shlex
import urllib.parse
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.errors import NoxkitError
from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._facts import WorkspaceFacts
    from noxkit.rules._markdown import Fence, Markdown

__all__ = ["References"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_PLACEHOLDER = re.compile(r"[{}<>$*?|\[\]]|\.\.\.|\u2026|%[A-Za-z_]|^@")
_PATH = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)+\.[A-Za-z][A-Za-z0-9]{0,9}")
_FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
_GENERIC = frozenset(
    """
    test tests testing doc docs src lib example examples script scripts bin build dist data config configs assets
    static templates .github .gitlab .ci .vscode .config
    """.split()  # noqa: SIM905 -- a column of twenty strings hides what they are
)
_SITE_FOLDERS = frozenset({"doc", "docs", "site", "website", "documentation"})
_PAGES = (".md", ".markdown", ".rst", ".ipynb", ".mdx", "/index.md", "/README.md", "/index.rst")
_BUILT = (".html", ".htm", ".pdf", ".whl", ".gz", ".zip", ".pyc", ".so", ".log", ".lock", ".db", ".sqlite", ".egg-info")
_WITH_VALUE = frozenset(
    {"--package", "--with", "--python", "-p", "--extra", "--group", "--directory", "--project", "--env-file", "-m"}
)
_SUFFIXES = frozenset(
    """
    md markdown mdx rst txt adoc py pyi pyx toml cfg ini yml yaml json json5 jsonc xml csv sql sh bash ps1 bat html htm
    css js mjs ts tsx jsx ipynb png jpg jpeg gif svg webp ico bmp pdf mp4 webm proto rs c h cpp go rb java in j2 bib
    """.split()  # noqa: SIM905 -- a column of many strings hides what they are
)
_MEANT_AS_ANY = re.compile(
    r"(?:^|[-_/])(?:my|your|new|some|foo|bar|example|demo|sample|xyz)(?:$|[-_/.])", re.IGNORECASE
)
_FRAGMENTS = frozenset({"changelog.d", "changes", "news", "newsfragments", ".changeset"})
_SHELL = frozenset({"bash", "sh", "shell", "console", "shell-session", "zsh"})


class References:
    """What is there, put together once for all documents."""

    def __init__(self, facts: WorkspaceFacts) -> None:
        self._facts = facts
        self._workspace = facts.repository.workspace

    @functools.cached_property
    def _folders(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self._facts.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[2] for path in self._facts.files)

    def hint(self, name: str) -> str:
        """What to do about `name`, with the path that is most like it."""
        last = name.rstrip("/").rpartition("/")[2]
        same = sorted(path for path in self._facts.files if path.rpartition("/")[2] == last)
        if same:
            return f"correct the name: there is `{same[0]}`"
        near = difflib.get_close_matches(last, sorted(self._names), n=1)
        return f"correct the name: is `{near[0]}` meant?" if near else "correct the name, or take it out"

    def links(self, document: Markdown) -> Iterator[tuple[str, int]]:
        """The relative links and images that lead nowhere, with their lines."""
        if not any("](" in line or "]:" in line for line in document.lines):
            return
        for piece in document.pieces:
            if piece.kind in {"link", "image"}:
                name = urllib.parse.unquote(piece.text.partition("#")[0].partition("?")[0])
                if name and not self._leads_somewhere(document.path, piece.text, name):
                    yield name, piece.line

    def _leads_somewhere(self, document: str, address: str, name: str) -> bool:
        if _SCHEME.match(address) or address.startswith(("/", "~")) or _PLACEHOLDER.search(name):
            return True
        if name.endswith(_BUILT) or not re.search(r"[\w]", name):
            return True
        folder = posixpath.dirname(document)
        places = [folder, *self._real_folder(document)]
        in_site = bool(_SITE_FOLDERS & set(document.lower().split("/")[:-1]))
        if in_site:
            places.append(document.rpartition(".")[0])  # a page's own folder, in a site with short addresses
        if any(self._is_there(posixpath.normpath(posixpath.join(place, name))) for place in places):
            return True
        suffix = name.rstrip("/").rpartition("/")[2].lstrip(".").rpartition(".")[2].lower()
        has_suffix = suffix in _SUFFIXES and "." in name
        if "/" not in name and "." in name and not has_suffix:
            return True  # `acme.core.run`: a name of the language, which a site's generator resolves
        return not has_suffix and in_site  # the site's own address, which its generator knows

    def _real_folder(self, document: str) -> list[str]:
        """The folder of the file that a link of the file system stands for."""
        root = self._facts.repository.root
        file = root / document
        if not file.is_symlink():
            return []
        real = os.path.relpath(file.resolve().parent, root).replace(os.sep, "/")
        return ["" if real == "." else real]

    def _is_there(self, path: str) -> bool:
        if path in {".", ""} or path in self._facts.files or path in self._folders:
            return True
        if path.startswith("../"):
            return self._outside(path)
        if any(f"{path}{page}" in self._facts.files for page in _PAGES):
            return True
        return self._is_ignored(path) or (self._facts.repository.root / path).exists()

    @functools.cached_property
    def _ignored(self) -> tuple[str, ...]:
        """What .gitignore files name with their folder, as globs from the root: it is made by some program."""
        globs: list[str] = []
        for path in self._facts.files:
            if path.rpartition("/")[2] == ".gitignore":
                lines = (self._facts.read(path) or b"").decode("utf-8", "replace").splitlines()
                patterns = (line.strip().rstrip("/") for line in lines if line.strip() and line[0] not in "#!")
                named = (pattern.lstrip("/") for pattern in patterns if "/" in pattern and pattern.strip("/*"))
                globs += (posixpath.join(posixpath.dirname(path), pattern) for pattern in named)
        return tuple(globs)

    def _is_ignored(self, path: str) -> bool:
        parts = path.split("/")
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(fnmatch.fnmatchcase(each, glob) for glob in self._ignored for each in above)

    def _outside(self, path: str) -> bool:
        """A path above the root: of a file, where it lies in the work tree; else of the forge, which nobody knows."""
        root, git_root = self._facts.repository.root, self._facts.repository.git_root
        target = (root / path).resolve()
        if git_root is None or not target.is_relative_to(git_root):
            return True
        return target.exists()

    def names(self, document: Markdown) -> Iterator[tuple[str, str, int]]:
        """Paths and packages in code that do not exist: what to say, the name, and its line."""
        for piece in document.pieces if any("`" in line for line in document.lines) else ():
            if piece.kind == "code":
                message = self._wrong_name(document.path, piece.text.strip())
                if message is not None:
                    yield message, piece.text.strip(), piece.line
        if len(self._workspace.packages) > 1:
            for fence in document.fences:
                if fence.language in _SHELL:
                    yield from self._wrong_packages(fence)

    def _wrong_name(self, document: str, text: str) -> str | None:
        if (
            text.partition("/")[0] in _FRAGMENTS
            or _PLACEHOLDER.search(text)
            or _MEANT_AS_ANY.search(text)
            or ".." in text.split("/")
        ):
            return None
        if _PATH.fullmatch(text) and not text.endswith(_BUILT):
            return f"`{text}` does not exist" if self._is_missing_path(document, text) else None
        if _FOLDER.fullmatch(text) and self._is_missing_member(text.rstrip("/")):
            return f"`{text}` is no member of this workspace"
        if self._is_missing_package(text):
            return f"this repository has no package `{text}`"
        return None

    def _is_missing_path(self, document: str, text: str) -> bool:
        path = posixpath.normpath(text)
        inside = self._inside_own_package(path)
        folder = posixpath.dirname(path)
        first = path.partition("/")[0]
        known = folder in self._folders and first not in _GENERIC and not first.startswith(".")
        if not (inside or known):
            return False
        bases = ("", posixpath.dirname(document), *(each.folder for each in self._workspace.packages))
        roots = tuple(root for each in self._workspace.packages for root in each.import_roots)
        if any(self._is_there(posixpath.normpath(posixpath.join(base, path))) for base in (*bases, *roots)):
            return False
        return not any(each.endswith(f"/{path}") for each in self._facts.files)

    def _inside_own_package(self, path: str) -> bool:
        tops = {name.partition(".")[0] for each in self._workspace.packages for name in each.import_names}
        parts = path.split("/")[:-1]
        below_root = parts[:1] and parts[0] in tops
        in_source = len(parts) > 1 and parts[0] == "src" and parts[1] in tops
        member = any(each.folder != "." and path.startswith(f"{each.folder}/") for each in self._workspace.packages)
        return bool(below_root or in_source or member)

    @functools.cached_property
    def _member_globs(self) -> tuple[str, ...]:
        members = strings(table(self._facts.repository.pyproject, "tool", "uv", "workspace").get("members"))
        return tuple(glob.rstrip("/") for glob in members if "*" in glob and "/" in glob)

    def _is_missing_member(self, text: str) -> bool:
        matching = any(
            fnmatch.fnmatchcase(text, glob) and text.count("/") == glob.count("/") for glob in self._member_globs
        )
        return matching and not self._is_there(text) and "." not in text.rpartition("/")[2]

    @functools.cached_property
    def _prefixes(self) -> tuple[str, ...]:
        """What names of packages begin with, by the templates of the kinds."""
        templates = (kind.package_name or "" for kind in self._facts.options.kinds)
        found = (template.partition("{dir}")[0] for template in templates if "{dir}" in template)
        return tuple(canonicalize_name(prefix) for prefix in found if len(prefix) > 3)

    @functools.cached_property
    def _packages(self) -> frozenset[str]:
        """The names of members, of whatever they require, and of what the lock holds."""
        members = self._workspace.packages
        required = frozenset(name for each in members for name in each.requirement_names)
        try:
            locked = frozenset(self._facts.repository.locked_versions)
        except NoxkitError:  # a broken lock is another rule's finding
            locked = frozenset[str]()
        return frozenset(each.name for each in members) | required | locked

    def _is_missing_package(self, text: str) -> bool:
        if not self._prefixes or not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]", text):
            return False
        name = canonicalize_name(text)
        if not any(name.startswith(prefix) and name != prefix.rstrip("-") for prefix in self._prefixes):
            return False
        return "-" in text and name not in self._packages and not self._is_there(text) and "." not in text

    def _wrong_packages(self, fence: Fence) -> Iterator[tuple[str, str, int]]:
        for number, line in enumerate(fence.content.split("\n"), 1):
            if "--package" in line and "uv" in line:
                for name in _packages_in(line):
                    if canonicalize_name(name) not in self._packages:
                        yield f"this repository has no package `{name}`", name, fence.line + number


def _options_of_uv(words: list[str]) -> list[str]:
    """The words of a command of uv; of `uv run` those before the program that it runs."""
    if "uv" not in words:
        return []
    rest = words[words.index("uv") + 1 :]
    if "run" not in rest:
        return rest
    own: list[str] = []
    after = rest[rest.index("run") + 1 :]
    while after and after[0].startswith("-"):
        own.append(after.pop(0))
        if own[-1] in _WITH_VALUE and after:
            own.append(after.pop(0))
    return own


def _packages_in(line: str) -> list[str]:
    """The names behind `--package` in a command of uv, but for those that stand for any."""
    try:
        words = shlex.split(line.lstrip("$ "), comments=True)
    except ValueError:
        return []
    words = _options_of_uv(words)
    pairs = [
        *itertools.pairwise(words),
        *(word.split("=", 1) for word in words if word.startswith("--package=")),
    ]
    names = [value for flag, value in pairs if flag == "--package"]
    return [name for name in names if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name)]
