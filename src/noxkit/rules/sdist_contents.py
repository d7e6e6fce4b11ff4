# SPDX-License-Identifier: Apache-2.0
"""What has come into a source distribution and is not meant for anybody: repositories, caches, backups, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._entries import first_of, shown
from noxkit.rules._unwanted import LeftoverKind, bytecode_of, is_sample, leftovers, secret_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import SdistFacts
    from noxkit.rules._unwanted import Leftover

__all__ = ["bytecode", "junk_file", "sdist_ci_files", "sdist_junk", "secret_file"]

_MOST = 20
_JUNK = (
    LeftoverKind.REPOSITORY,
    LeftoverKind.ENVIRONMENT,
    LeftoverKind.CACHE,
    LeftoverKind.BACKUP,
    LeftoverKind.MERGE,
)
_SETTINGS = (LeftoverKind.SETTINGS, LeftoverKind.CI, LeftoverKind.EDITOR)
_EXCLUDE = {
    "hatchling": "`exclude` in [tool.hatch.build.targets.sdist]",
    "setuptools": "`prune` or `global-exclude` in MANIFEST.in",
    "uv_build": "`source-exclude` in [tool.uv.build-backend]",
    "flit_core": "`exclude` in [tool.flit.sdist]",
    "pdm": "`excludes` in [tool.pdm.build]",
    "poetry": "`exclude` in [tool.poetry]",
}


def _exclude(facts: SdistFacts) -> str:
    """How to keep a file out of the sdist, with the backend that its pyproject.toml names, else with each."""
    known = [how for name, how in _EXCLUDE.items() if facts.backend.startswith(name)]
    return f"exclude it: {', '.join(known or _EXCLUDE.values())}"


def _each(facts: SdistFacts, junk: list[Leftover], severity: Severity | None = None) -> Iterator[Found]:
    for index, each in enumerate(junk[:_MOST]):
        files = f" ({each.count} files)" if each.count > 1 else ""
        left = f"; {len(junk) - _MOST} more are like that" if index == _MOST - 1 and len(junk) > _MOST else ""
        yield found(
            f"`{shown(each.path)}`{files} is {each.kind.value}{left}",
            hint=_exclude(facts),
            at=facts.at(each.path),
            severity=severity,
        )


@rule(code="NK-SDIST-JUNK", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_junk(facts: SdistFacts) -> Iterator[Found]:
    """An sdist holds a repository, a virtual environment, caches, or backups of an editor or a merge.

    # Why
    A `.git` holds all that was ever deleted; caches and environments hold paths of a machine and thousands of files; a
    backup holds what was taken out on purpose.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.git/HEAD" = "ref: refs/heads/main"
    "demo-1.0/.git/config" = ""
    ```
    Or an environment, a cache, a backup:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.venv/pyvenv.cfg" = ""
    ```
    ```toml demo-1.1.tar.gz
    [files]
    "demo-1.1/src/.mypy_cache/3.12/a.json" = ""
    ```
    ```toml demo-1.2.tar.gz
    [files]
    "demo-1.2/src/demo/core.py.orig" = ""
    "demo-1.2/src/demo/core.py~" = ""
    "demo-1.2/src/demo/.core.py.swp" = ""
    ```

    # Passes
    Settings, and what only looks alike or is the data of tests:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.gitignore" = ""
    "demo-1.0/src/git/core.py" = ""
    "demo-1.0/src/demo/original.py" = ""
    "demo-1.0/tests/data/patch.orig" = ""
    "demo-1.0/venv.md" = ""
    "demo-1.0/.pre-commit-config.yaml" = ""
    ```

    # Fix
    Exclude it from the sdist; hatchling leaves out what `.gitignore` names.

    # Options
    None.

    # When to ignore
    For data of tests that lie in no folder of tests.
    """
    yield from _each(facts, [junk for junk in leftovers(facts.archive.members, *_JUNK) if not _is_data(facts, junk)])


def _is_data(facts: SdistFacts, junk: Leftover) -> bool:
    """Whether it is what a test reads, or an example shows: a folder of that kind holds it."""
    return is_sample(f"{junk.path}/", _own(facts))


def _own(facts: SdistFacts) -> str:
    return facts.sdist.name.name if facts.sdist.name is not None else ""


@rule(code="NK-SDIST-CI-FILES", scope=Scope.SDIST, since="1.0", standard=True, severity=Severity.INFO)
def sdist_ci_files(facts: SdistFacts) -> Iterator[Found]:
    """An sdist holds settings of CI services, of version control or of editors.

    # Why
    Nobody who builds it needs them. They do no harm, and make the sdist larger than it has to be.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.github/workflows/ci.yml" = ""
    "demo-1.0/.gitignore" = ""
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/src/demo/github/ci.yml" = ""
    "demo-1.0/src/demo/templates/.gitignore" = ""
    "demo-1.0/tox.ini" = ""
    ```
    Or what hatchling adds whatever is excluded:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.gitignore" = ""
    ```

    # Fix
    Exclude them from the sdist.

    # Options
    None.

    # When to ignore
    Where the sdist is meant to hold all of the repository.
    """
    junk = [each for each in leftovers(facts.archive.members, *_SETTINGS) if not _is_data(facts, each)]
    if facts.backend.startswith("hatchling"):  # it adds the file whatever is excluded
        junk = [each for each in junk if each.path != f"{facts.sdist.root}/.gitignore"]
    names = ", ".join(f"`{shown(each.path)}`" for each in junk[:3])
    if junk:
        rest = f" and {len(junk) - 3} more" if len(junk) > 3 else ""
        verb = "is" if len(junk) == 1 else "are"
        message = f"{names}{rest} {verb} of use in the repository alone"
        yield found(message, hint=_exclude(facts), at=facts.at(junk[0].path))


@also(code="NK-BYTECODE", scope=Scope.SDIST)
def bytecode(facts: SdistFacts) -> Iterator[Found]:
    """An sdist holds compiled Python: `.pyc`, `.pyo` or `__pycache__`.

    # Fails
    ```toml demo-1.0.tar.gz
    [bytes]
    "demo-1.0/src/demo/__pycache__/__init__.cpython-312.pyc" = "AAAA"
    ```

    # Passes
    Modules whose names look alike, and data of tests:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/src/demo/pyc.py" = ""
    "demo-1.0/src/demo/a.pyc.txt" = ""
    "demo-1.0/tests/data/old.pyc" = ""
    ```
    """
    members = [m for m in bytecode_of(facts.archive.members) if not _is_kept(facts, m)]
    yield from first_of(facts, members, "is compiled for one Python on one machine", hint=_exclude(facts))


def _is_kept(facts: SdistFacts, member: Member) -> bool:
    """Whether a test reads it: outside of `__pycache__`, in a folder of tests."""
    return "__pycache__" not in member.path and is_sample(member.path, _own(facts))


@also(code="NK-JUNK-FILE", scope=Scope.SDIST)
def junk_file(facts: SdistFacts) -> Iterator[Found]:
    """An sdist holds leftovers of the operating system; for others see NK-SDIST-JUNK.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/src/.DS_Store" = ""
    ```
    Or what the `tar` of macOS adds:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/._pyproject.toml" = ""
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/src/_demo.py" = ""
    "demo-1.0/thumbs.py" = ""
    ```
    """
    yield from _each(
        facts, [j for j in leftovers(facts.archive.members, LeftoverKind.SYSTEM) if not _is_data(facts, j)]
    )


@also(code="NK-SECRET-FILE", scope=Scope.SDIST)
def secret_file(facts: SdistFacts) -> Iterator[Found]:
    """An sdist holds passwords, a private key, or a text like a vendor's token; what tests have is information.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/.env" = "DB_PASSWORD=k8Qz2vTn5Lw9RbXe4HsY\\n"
    ```
    Or a private key by what it holds, or a token:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/id_rsa" = "-----BEGIN RSA PRIVATE KEY-----\\nb3BlbnNzaA\\n-----END RSA PRIVATE KEY-----\\n"
    ```
    ```toml demo-1.1.tar.gz
    [files]
    "demo-1.1/.pypirc" = "[pypi]\\npassword = k8Qz2vTn5Lw9RbXe4HsY\\n"
    ```

    # Passes
    Certificates, examples, and placeholders:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/cacert.pem" = "-----BEGIN CERTIFICATE-----\\nMIID\\n-----END CERTIFICATE-----\\n"
    "demo-1.0/.env.example" = "DB_PASSWORD=\\n"
    "demo-1.0/id_map.py" = "x = 1\\n"
    ```
    """
    hint = "revoke it where it was issued, and exclude the file from the sdist; then yank the releases that have it"
    samples: list[Member] = []
    count = 0
    for member in facts.archive.files:
        for secret in secret_of(member, _own(facts)):
            if secret.is_sample:
                samples.append(member)
                break
            count += 1
            if count <= _MOST:
                yield found(f"`{shown(member.path)}` {secret.what}", hint=hint, at=facts.at(member.path, secret.line))
    says = "holds a secret, as it seems of a test or an example"
    hint = "see that it opens nothing; a test can make its keys itself"
    yield from first_of(facts, samples, says, hint=hint, severity=Severity.INFO)
