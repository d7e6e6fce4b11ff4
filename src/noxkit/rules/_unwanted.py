# SPDX-License-Identifier: Apache-2.0
"""What nobody means to publish: compiled files, leftovers of tools, secrets. By paths, and by a file's first bytes."""

from __future__ import annotations

import dataclasses
import enum
import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.rules._secret_places import hits_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.artifacts.model import Member

__all__ = ["Leftover", "LeftoverKind", "Secret", "bytecode_of", "is_sample", "leftovers", "secret_of"]


class LeftoverKind(enum.Enum):
    """Whose leftover it is."""

    REPOSITORY = "the repository itself"
    SETTINGS = "a setting of version control"
    CI = "a setting of a CI service"
    EDITOR = "a setting of an editor"
    BACKUP = "a backup of an editor"
    MERGE = "a leftover of a merge"
    ENVIRONMENT = "a virtual environment"
    CACHE = "a cache"
    SYSTEM = "a leftover of the operating system"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One leftover: `path` is the file, or the folder that makes all `count` files below it unwanted."""

    kind: LeftoverKind
    path: str
    first: str
    count: int = 1


_FOLDERS = {
    **dict.fromkeys((".git", ".hg", ".svn", ".bzr", "cvs", "_darcs", ".jj", ".pijul"), LeftoverKind.REPOSITORY),
    **dict.fromkeys(
        (".github", ".gitlab", ".circleci", ".buildkite", ".woodpecker", ".forgejo", ".gitea", ".azure-pipelines"),
        LeftoverKind.CI,
    ),
    **dict.fromkeys((".idea", ".vscode", ".vs", ".fleet", ".spyproject", ".ropeproject"), LeftoverKind.EDITOR),
    **dict.fromkeys((".venv", ".tox", ".nox", ".direnv"), LeftoverKind.ENVIRONMENT),
    **dict.fromkeys(
        (
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".hypothesis",
            ".ipynb_checkpoints",
            ".eggs",
            ".pytype",
            ".pyre",
            ".benchmarks",
            ".sass-cache",
            ".nyc_output",
            ".import_linter_cache",
        ),
        LeftoverKind.CACHE,
    ),
    **dict.fromkeys(("__macosx", ".spotlight-v100", ".trashes", ".fseventsd", "$recycle.bin"), LeftoverKind.SYSTEM),
}
_FILES = {
    **dict.fromkeys(
        (
            ".gitignore",
            ".gitattributes",
            ".gitmodules",
            ".git-blame-ignore-revs",
            ".hgignore",
            ".hgtags",
            ".hgsub",
            ".hgsubstate",
            ".bzrignore",
            ".cvsignore",
        ),
        LeftoverKind.SETTINGS,
    ),
    **dict.fromkeys(
        (
            ".travis.yml",
            ".gitlab-ci.yml",
            "appveyor.yml",
            ".appveyor.yml",
            "azure-pipelines.yml",
            ".cirrus.yml",
            ".cirrus.star",
            "bitbucket-pipelines.yml",
            "jenkinsfile",
            ".drone.yml",
            ".semaphore.yml",
            ".codecov.yml",
            "codecov.yml",
        ),
        LeftoverKind.CI,
    ),
    **dict.fromkeys((".dmypy.json", ".coverage", ".eslintcache", ".stylelintcache"), LeftoverKind.CACHE),
    **dict.fromkeys((".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"), LeftoverKind.SYSTEM),
    # A file of that name is the pointer of a submodule or a worktree, and holds no history.
    ".git": LeftoverKind.SETTINGS,
    "pyvenv.cfg": LeftoverKind.ENVIRONMENT,
}
_SHAPES = (
    (re.compile(r".+~|\.#.+|#.+#|\..+\.sw[a-p]|.+\.sw[op]|4913"), LeftoverKind.BACKUP),
    # JupyterLab's builder writes package.json.orig, and reads it again where the extension is installed; uv_build
    # keeps the pyproject.toml of a workspace's member as pyproject.toml.orig.
    (
        re.compile(
            r"(?!(?:package\.json|pyproject\.toml)\.orig).+\.(?:orig|rej)|.+[._](?:BACKUP|BASE|LOCAL|REMOTE)[._]\d{3,}(?:\.\w+)?"
        ),
        LeftoverKind.MERGE,
    ),
    (re.compile(r".+\.sublime-(?:workspace|project)"), LeftoverKind.EDITOR),
    (re.compile(r"\.coverage\.[^/]+\.\d+\.\w+"), LeftoverKind.CACHE),
    (re.compile(r"\._.+"), LeftoverKind.SYSTEM),
)
# A folder under which a package keeps what it writes into other people's trees, or what tests read.
_SAMPLES = re.compile(
    r"(?i)(?:^|/)(?:tests?|testing|testdata|test[_-][^/]*|(?:[^/]*[_-]|green|unit|self|sub|py)tests?|dummy[^/]*|fixtures?|cassettes|examples?|samples?|demos?"
    r"|docs?|documentation|mocks?|tutorials?|benchmarks?|templates?|skeletons?|scaffolds?|boilerplates?|cookiecutter[^/]*"
    r"|[^/]*[_-]templates?|[^/]*\{\{[^/]*)/"
)
_BYTECODE = re.compile(r"(?:^|/)__pycache__(?:/|$)|\.py[co]$", re.IGNORECASE)


def is_sample(path: str, own: str = "") -> bool:
    """Whether a file lies where packages keep samples: tests, examples, documents, and templates of other trees.

    A folder called as the project, `own` in its normalised form, is none of these, whatever it is called.
    """
    return _SAMPLES.search(_without(path, own)) is not None


def _without(path: str, own: str) -> str:
    parts = path.split("/")
    return "/".join(part for part in parts if canonicalize_name(part) != own) if own else path


def bytecode_of(members: Iterable[Member]) -> list[Member]:
    """The entries that are compiled Python, and those in `__pycache__`."""
    return [member for member in members if _BYTECODE.search(member.path)]


def leftovers(members: Iterable[Member], *kinds: LeftoverKind) -> list[Leftover]:
    """The leftovers of these kinds, in the order of the archive; a folder once, with the files below it counted."""
    found: dict[str, Leftover] = {}
    for member in members:
        hit = _leftover(member.path)
        if hit is None or hit.kind not in kinds:
            continue
        known = found.get(hit.path)
        found[hit.path] = dataclasses.replace(known, count=known.count + 1) if known is not None else hit
    return list(found.values())


def _leftover(path: str) -> Leftover | None:
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        kind = _FOLDERS.get(part.lower())
        if kind is not None:
            return Leftover(kind=kind, path="/".join(parts[: index + 1]), first=path)
    name = parts[-1]
    kind = _FILES.get(name.lower()) or next((kind for shape, kind in _SHAPES if shape.fullmatch(name)), None)
    return Leftover(kind=kind, path=path, first=path) if kind is not None else None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What is secret about a file, in words, and the 1-based line, None for the file as a whole.

    `is_sample` says that it is a key or a file in a folder of tests or examples: made for them, as a rule.
    """

    what: str
    line: int | None = None
    is_sample: bool = False


_BY_NAME = {
    ".env": "variables of an environment",
    ".pypirc": "passwords of package indexes",
    ".netrc": "passwords of hosts",
    "_netrc": "passwords of hosts",
    ".git-credentials": "passwords of git hosts",
}
_ENV = re.compile(r"\.env\.(?:local|dev|development|prod|production|staging)(?:\.local)?")
_KEY_NAME = re.compile(r"id_[a-z0-9_]+|.+\.(?:pem|key|ppk|p8|pk8)", re.IGNORECASE)
_KEY_TEXT = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|^PuTTY-User-Key-File-[23]:")


def secret_of(member: Member, own: str = "") -> Iterator[Secret]:
    """What is secret about a file: by its name, by a private key in it, by texts of the shapes of vendors' tokens.

    `own` is the normalised name of the project, as for `is_sample`.
    """
    name = member.path.rpartition("/")[2]
    sample = is_sample(member.path, own)
    if name in _BY_NAME or _ENV.fullmatch(name):
        yield Secret(what=f"holds {_BY_NAME.get(name, _BY_NAME['.env'])}", is_sample=sample)
    elif _KEY_NAME.fullmatch(name) and _KEY_TEXT.search(member.data or member.head):
        yield Secret(what="holds a private key", is_sample=sample)
    elif (text := member.text) is not None:
        for hit in hits_in(_without(member.path, own), text):
            begins = f" (`{hit.prefix}…`)" if hit.prefix else ""
            line = text.count("\n", 0, hit.start) + 1
            yield Secret(what=f"holds a {hit.kind}{begins}", line=line, is_sample=sample and not hit.is_checked)
