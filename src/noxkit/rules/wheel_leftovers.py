# SPDX-License-Identifier: Apache-2.0
"""What has come into a wheel and is not meant for anybody: compiled files, leftovers, secrets, paths of the builder."""

from __future__ import annotations

import ast
import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._backends import how_to_exclude
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._foreign import is_vendored
from noxkit.rules._installed import Installed, installed, is_template, is_test_path
from noxkit.rules._module_facts import parsed
from noxkit.rules._unwanted import Leftover, LeftoverKind, bytecode_of, is_sample, leftovers, secret_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["build_path_leak", "bytecode", "junk_file", "secret_file"]


@rule(code="NK-BYTECODE", scope=Scope.WHEEL, since="1.0", standard=True)
def bytecode(facts: WheelFacts) -> Iterator[Found]:
    """A wheel holds compiled Python: `.pyc`, `.pyo` or `__pycache__`.

    # Why
    It fits one minor of Python, holds paths of the machine that made it, and is made anew by every installer.
    A stale one beside no source is imported all the same.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/__pycache__/__init__.cpython-312.pyc" = "AAAA"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/old.pyo" = "AAAA"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/pyc.py" = ""
    "demo/pycache.txt" = ""
    ```

    # Fix
    Clean the tree, and leave them out of the wheel.

    # Options
    None.

    # When to ignore
    For a project that publishes no source on purpose.
    """
    members = bytecode_of(facts.archive.files)
    folders: dict[str, list[Member]] = {}
    for member in members:
        folders.setdefault(member.path.rpartition("/")[0], []).append(member)
    for folder, inside in folders.items():
        more = f" and {len(inside) - 1} more in `{folder}`" if len(inside) > 1 else ""
        yield found(
            f"`{inside[0].path.rpartition('/')[2]}`{more}: compiled for one Python on one machine",
            hint=f"leave it out: {how_to_exclude(installed(facts).generator)}",
            at=facts.at(inside[0].name),
        )


_JUNK = tuple(LeftoverKind)


@rule(code="NK-JUNK-FILE", scope=Scope.WHEEL, since="1.0", standard=True)
def junk_file(facts: WheelFacts) -> Iterator[Found]:
    """A wheel holds leftovers of version control, CI, an editor, a merge, a cache or the operating system.

    # Why
    Nobody who installs it needs them; a backup holds code that was taken out on purpose, a cache somebody's paths.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/core.py.orig" = "x = 1\\n"
    "demo/.DS_Store" = "x"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    ".github/workflows/ci.yml" = "on: push\\n"
    "demo/.mypy_cache/3.12/x.json" = "{}"
    ```

    # Passes
    What a package writes into other trees, and what only looks alike:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/templates/project/.gitignore" = "dist/\\n"
    "demo/templates/{{name}}/.github/workflows/ci.yml" = "on: push\\n"
    "demo/original.py" = "x = 1\\n"
    "demo/github/__init__.py" = ""
    "demo/data/.gitkeep" = ""
    ```

    # Fix
    Leave them out of the wheel.

    # Options
    None.

    # When to ignore
    For files that the package itself reads or copies, outside of folders of templates.
    """
    tree = installed(facts)
    for junk in leftovers(facts.wheel.content, *_JUNK):
        if _is_meant(tree, junk):
            continue
        more = f" ({junk.count} files)" if junk.count > 1 else ""
        yield found(
            f"`{junk.path}`{more} is {junk.kind.value}",
            hint=f"leave it out: {how_to_exclude(tree.generator)}",
            at=facts.at(junk.path),
        )


_COPIED = frozenset({LeftoverKind.SETTINGS, LeftoverKind.CI, LeftoverKind.EDITOR})


def _is_meant(tree: Installed, junk: Leftover) -> bool:
    """Whether it is there on purpose: settings for other trees in a folder of templates, and what npm names so."""
    if junk.path.endswith("/package.json.orig"):  # written by builds of JupyterLab, and read by its server
        return True
    below = tree.inside(f"{junk.path}/")
    return junk.kind in _COPIED and (is_sample(below) or is_template(below) or is_vendored(junk.path))


@rule(code="NK-SECRET-FILE", scope=Scope.WHEEL, since="1.0", standard=True)
def secret_file(facts: WheelFacts) -> Iterator[Found]:
    """A wheel holds passwords, a private key, or a text of the shape of a vendor's token.

    # Why
    Whoever downloads the wheel can use it; no later release takes it back.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/.env" = "DB_PASSWORD=k8Qz2vTn5Lw9RbXe4HsY\\n"
    ```
    Or a private key by what it holds:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/id_ed25519" = "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaA\\n-----END OPENSSH PRIVATE KEY-----\\n"
    ```

    # Passes
    Certificates, examples, and keys that were made for tests:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/cacert.pem" = "-----BEGIN CERTIFICATE-----\\nMIID\\n-----END CERTIFICATE-----\\n"
    "demo/.env.example" = "DB_PASSWORD=\\n"
    "demo/id_map.py" = "x = 1\\n"
    "demo/env.py" = "TOKEN = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\\n"
    "demo/tests/server.pem" = "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"
    ```

    # Fix
    Revoke it where it was issued, then leave the file out of the wheel, and yank the releases that have it.

    # Options
    None.

    # When to ignore
    For a key that is public by design.
    """
    tree = installed(facts)
    for member in facts.wheel.content:
        for secret in secret_of(dataclasses.replace(member, name=tree.inside(member.name))):
            if not secret.is_sample:
                yield found(
                    f"`{member.path}` {secret.what}",
                    hint=f"revoke it where it was issued; then leave it out: {how_to_exclude(tree.generator)}",
                    at=facts.at(member.name, secret.line),
                )


# What tools that build call the folders in which they do it, and where CI services do.
_FOLDERS = (
    rb"pip-(?:req-build|build-env|install|wheel|ephem\w*)-\w{6,}",
    rb"build-env-\w{6,}",
    rb"tmp[a-z0-9_]{8}",
)
_BUILT_IN = (
    rb"/(?:tmp|var/tmp|private/var/folders/\w+/\w+/T)/(?:" + rb"|".join(_FOLDERS) + rb")/[\w./+-]+",
    rb"/home/runner/work/[\w.-]+/[\w./+-]+",
    rb"/Users/runner/(?:work|hostedtoolcache)/[\w./+-]+",
    rb"/github/workspace/[\w./+-]+",
    rb"[CD]:\\{1,2}(?:a|hostedtoolcache)\\{1,2}[\w.-]+\\{1,2}[\w.\\+-]+",
    rb"(?<![\w.~}>-])/(?:home|Users)/(?P<user>[A-Za-z][\w.-]*)/(?:[\w.+-]+/){2,}[\w.+-]+",
    rb"[A-Z]:\\{1,2}Users\\{1,2}(?P<name>[\w.-]+)\\{1,2}(?:[\w.+-]+\\{1,2}){2,}[\w.+-]+",
)
_LEAK = re.compile(rb"|".join(_BUILT_IN))
_MARKS = (
    b"/tmp/",
    b"/home/",
    b"/Users/",
    b"\\Users\\",
    b":\\a\\",
    b":\\\\a\\",
    b"hostedtoolcache",
    b"/workspace/",
)
_ANYBODY = re.compile(
    rb"(?i)(?:your|my|some|the|a)?[-_.]?(?:users?|usernames?|names?|me|you|home|example|test(?:er|user)?\d*|foo|bar|baz"
    rb"|john|jane|alice|bob|joe|jdoe|john_?doe|doe|ubuntu|ec2-user|vagrant|vscode|user\d*|app|dev|developer|admin|root"
    rb"|guest|shared|public|jovyan|x+|circleci|fred|jim|sam|max|guido|airflow|hadoop|spark|git|www|ray|pi|nonroot|default|docs|pwuser)"
)


@rule(code="NK-BUILD-PATH-LEAK", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def build_path_leak(facts: WheelFacts) -> Iterator[Found]:
    """A text in a wheel holds a path of the machine on which it was built.

    # Why
    The path leads nowhere for others, makes each build differ from the last, and tells the name of an account.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/_config.py" = "INCLUDE = '/home/mkovac/projects/demo/include/demo'\\n"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__config__.py" = "PYTHON = '/tmp/build-env-x1y2z3ab/bin/python'\\n"
    ```

    # Passes
    Examples, and paths that everybody has:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "DEFAULT = '/home/user/projects/demo/data.txt'\\nSHORT = '/home/mkovac'\\n"
    "demo/b.py" = "TMP = '/tmp/demo/cache/file'\\n# see /home/mkovac/projects/demo/x/y\\n"
    "demo/tests/test_a.py" = "x = '/home/mkovac/projects/demo/include/demo'\\n"
    ```

    # Fix
    Make the generator write relative paths, or find them at run time.

    # Options
    None.

    # When to ignore
    For an example in a docstring; better write `/home/user` there.
    """
    tree = installed(facts)
    for path, member in (*_texts(facts), *_info(facts)):
        if member.data is None or b"\0" in member.data[:1024] or _is_passed_over(tree.inside(path)):
            continue
        roots = [root for root in _roots(facts) if root in member.data]
        if roots or any(mark in member.data for mark in _MARKS):
            hit = _in_module(facts, path, roots) if path.endswith(_MODULES) else _in_text(member.data, roots)
            if hit is not None:
                yield found(
                    f"`{hit[0][:120]}` is a path of the machine that has built it",
                    hint="write relative paths there, or find them at run time",
                    at=facts.at(member.name, hit[1]),
                )


_MODULES = (".py", ".pyi")


def _is_passed_over(path: str) -> bool:
    return is_sample(path) or is_test_path(path) or is_vendored(path)


def _texts(facts: WheelFacts) -> Iterator[tuple[str, Member]]:
    """All files with their paths in site-packages, where they have any."""
    paths = {member.name: path for path, member in facts.wheel.installed}
    for member in facts.wheel.content:
        yield paths.get(member.name, member.name), member


def _info(facts: WheelFacts) -> Iterator[tuple[str, Member]]:
    """The files of .dist-info that tools have written."""
    for name in ("entry_points.txt", "direct_url.json", "WHEEL", "top_level.txt"):
        member = facts.wheel.info_member(name)
        if member is not None:
            yield member.name, member


def _roots(facts: WheelFacts) -> list[bytes]:
    """Where the tree lies that the wheel was built from: a folder that is more than a name."""
    root = facts.package.whole.repository.root.as_posix() if facts.package is not None else "/"
    return [f"{root}/".encode()] if root.count("/") > 1 else []


def _in_text(data: bytes, roots: list[bytes]) -> tuple[str, int] | None:
    """The first path of the builder's machine in a text, and its line."""
    for hit in _LEAK.finditer(data):
        if _is_somebodys(hit):
            return hit[0].decode("utf-8", "replace"), data.count(b"\n", 0, hit.start()) + 1
    if roots:
        return roots[0].decode("utf-8", "replace"), data.count(b"\n", 0, data.find(roots[0])) + 1
    return None


def _in_module(facts: WheelFacts, path: str, roots: list[bytes]) -> tuple[str, int] | None:
    """The same in a module: a string that begins with one; in comments and docstrings they are examples."""
    tree = parsed(installed(facts).files[path]) if path in installed(facts).files else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            value = node.value.encode("utf-8", "replace") if isinstance(node.value, str) else node.value
            hit = _LEAK.match(value)
            if (hit is not None and _is_somebodys(hit)) or value.startswith(tuple(roots)):
                return value.decode("utf-8", "replace"), node.lineno
    return None


def _is_somebodys(hit: re.Match[bytes]) -> bool:
    account = hit["user"] or hit["name"]
    return account is None or _ANYBODY.fullmatch(account) is None
