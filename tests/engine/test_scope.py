# SPDX-License-Identifier: Apache-2.0
"""`--package` and `--since`: which part of the tree a run looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._describe import explain
from noxkit.engine._plans import plan_lint
from noxkit.engine._run import plan
from noxkit.engine._scope import scope_of
from noxkit.errors import NoxkitError
from tests._trees import command, manifest, outcome

if TYPE_CHECKING:
    from tests._trees import Repo

ROOT = '[tool.uv.workspace]\nmembers = ["p/*"]\n[tool.noxkit]\n'


def member(name: str, *dependencies: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "1"\ndependencies = {list(dependencies)}\n'


@pytest.fixture
def three(repo: Repo) -> Repo:
    """A committed workspace: `b` needs `a`, `c` needs nothing."""
    files = {
        "pyproject.toml": ROOT,
        "p/a/pyproject.toml": member("acme-a"),
        "p/b/pyproject.toml": member("b", "acme-a"),
        "p/c/pyproject.toml": member("c"),
    }
    repo.write({**files, **{f"p/{name}/x.py": "x = 1\n" for name in "abc"}, ".gitignore": ".nox/\n"}).commit()
    return repo


def folders(repo: Repo, *arguments: str) -> tuple[str, ...] | None:
    packages = scope_of(repo.context(*arguments)).packages
    return None if packages is None else tuple(package.folder for package in packages)


PACKAGES = [
    (("c",), ("p/c",)),
    (("acme-a",), ("p/a",)),
    (("Acme_A",), ("p/a",)),
    (("c,acme-a",), ("p/c", "p/a")),
]


@pytest.mark.parametrize(("names", "expected"), PACKAGES, ids=[row[0][0] for row in PACKAGES])
def test_package_takes_members_by_their_names(three: Repo, names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert folders(three, "--package", *names) == expected


def test_an_unknown_package_is_refused_with_what_was_meant(three: Repo) -> None:
    with pytest.raises(NoxkitError) as caught:
        folders(three, "--package", "acme-b")
    assert caught.value.records[0].hint == "did you mean `acme-a`?"


CHANGES: dict[str, tuple[dict[str, str], tuple[str, ...] | None]] = {
    "nothing": ({}, ()),
    "a leaf": ({"p/c/x.py": "x = 2\n"}, ("p/c",)),
    "what another needs": ({"p/a/x.py": "x = 2\n"}, ("p/a", "p/b")),
    "a new file": ({"p/c/new.py": "x = 2\n"}, ("p/c",)),
    "an ignored file": ({".nox/x": "1"}, ()),
    "a file of the root": ({"README.md": "hello\n"}, None),
    "the manifest of the root": ({"pyproject.toml": ROOT + "skip = []\n"}, None),
    "two members": ({"p/b/x.py": "x = 2\n", "p/c/x.py": "x = 2\n"}, ("p/b", "p/c")),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("committed", [False, True], ids=["in the work tree", "committed"])
def test_since_takes_what_changes_affect(
    three: Repo,
    change: dict[str, str],
    expected: tuple[str, ...] | None,
    committed: bool,
) -> None:
    base = three.git("rev-parse", "HEAD")
    three.write(change)
    if committed:
        three.commit()
    assert folders(three, "--since", base) == expected


def locked(**versions: str) -> str:
    """A lock in which `acme-a` needs `x`, `b` needs `acme-a`, and `c` needs `z`."""
    needs = {"acme-a": "x", "b": "acme-a", "c": "z", "x": "", "z": ""}
    text = "version = 1\n"
    for name, needed in needs.items():
        listed = f'{{ name = "{needed}" }}' if needed else ""
        text += f'[[package]]\nname = "{name}"\nversion = "{versions.get(name, "1")}"\ndependencies = [{listed}]\n'
    return text


LOCKS = {
    "what one member needs": ({"z": "2"}, ("p/c",)),
    "what one needs that another needs": ({"x": "2"}, ("p/a", "p/b")),
    "what two need": ({"x": "2", "z": "2"}, ("p/a", "p/b", "p/c")),
}


@pytest.mark.parametrize(("versions", "expected"), LOCKS.values(), ids=LOCKS.keys())
def test_a_change_of_the_lock_affects_those_that_need_what_changed(
    three: Repo, versions: dict[str, str], expected: tuple[str, ...]
) -> None:
    three.write({"uv.lock": locked()}).commit()
    three.write({"uv.lock": locked(**versions)})
    assert folders(three, "--since", "HEAD") == expected


def test_a_lock_that_is_new_or_gone_affects_everything(three: Repo) -> None:
    three.write({"uv.lock": locked()})
    assert folders(three, "--since", "HEAD") is None
    three.commit()
    (three.root / "uv.lock").unlink()
    assert folders(three, "--since", "HEAD") is None


def test_why_prints_the_chain_from_the_change(three: Repo) -> None:
    three.write({"p/a/x.py": "x = 2\n"})
    context = three.context("--since", "HEAD", "--why", "ruff")
    said = explain(context, plan(context, plan_lint), "ruff")
    assert "  affected: acme-a, since p/a/x.py changed\n" in said
    assert "  affected: b, since it requires acme-a: p/a/x.py changed\n" in said


def test_why_says_what_affects_everything(three: Repo) -> None:
    three.write({"README.md": "hello\n"})
    context = three.context("--since", "HEAD", "--why", "ruff")
    said = explain(context, plan(context, plan_lint), "ruff")
    assert "  affected: everything, since README.md changed, which no member has for itself\n" in said


def test_since_counts_what_was_deleted(three: Repo) -> None:
    (three.root / "p/c/x.py").unlink()
    assert folders(three, "--since", "HEAD") == ("p/c",)


def test_package_and_since_together_take_what_is_in_both(three: Repo) -> None:
    three.write({"p/a/x.py": "x = 2\n"})
    assert folders(three, "--since", "HEAD", "--package", "b,c") == ("p/b",)


def test_package_and_since_with_nothing_in_both_is_nothing_and_says_so(three: Repo) -> None:
    three.write({"p/c/x.py": "x = 2\n"})
    scope = scope_of(three.context("--since", "HEAD", "--package", "b"))
    assert (scope.nothing, (scope.fact or "").startswith("nothing of --package b affected since HEAD")) == (True, True)


def test_package_with_since_takes_the_package_where_the_root_changed(three: Repo) -> None:
    three.write({"README.md": "hello\n"})
    assert folders(three, "--since", "HEAD", "--package", "b") == ("p/b",)


def test_since_with_nothing_affected_is_skipped_and_passes_under_ci(three: Repo) -> None:
    report = three.run("--since", "HEAD", planner=plan_lint, CI="1")
    assert (report.status, report.exit_code) == (Status.SKIPPED, 0)
    assert "nothing affected since HEAD" in str(outcome(report, "ruff").reason)


def test_since_with_a_change_that_is_not_for_this_session_is_skipped(three: Repo) -> None:
    base = three.git("rev-parse", "HEAD")
    three.write({"p/d/pyproject.toml": member("d"), "p/d/README.md": "hello\n"}).commit()
    tasks = plan(three.context("--since", base, "--only", "ruff"), plan_lint)
    assert [task.paths for task in tasks] == [(".",)] or all(task.not_due for task in tasks)
    report = three.write({"p/d/NOTES.md": "more\n"}).run("--since", "HEAD", "--only", "ruff", planner=plan_lint, CI="1")
    assert (report.status, report.exit_code) == (Status.SKIPPED, 0)


UNRESOLVED: dict[str, tuple[str, dict[str, str]]] = {
    "no such revision": ("no-such", {}),
    "no git": ("HEAD", {"PATH": "/nonexistent"}),
}


@pytest.mark.parametrize(("revision", "environ"), UNRESOLVED.values(), ids=UNRESOLVED.keys())
def test_a_base_that_does_not_resolve_is_inconclusive_and_never_skipped(
    three: Repo, revision: str, environ: dict[str, str]
) -> None:
    three.write({"pyproject.toml": ROOT + command("one", "true")})
    report = three.run("--since", revision, given=environ, CI="1")
    ended = outcome(report, "one")
    assert (report.status, report.exit_code, ended.status) == (Status.INCONCLUSIVE, 3, Status.INCONCLUSIVE)
    assert ended.reason
    assert ended.hint


def test_outside_git_since_is_inconclusive(repo: Repo) -> None:
    report = repo.write(manifest(command("one", "true"))).run("--since", "HEAD", CI="1")
    assert (report.status, outcome(report, "one").status) == (Status.INCONCLUSIVE, Status.INCONCLUSIVE)


def test_paths_and_since_leave_what_is_in_both(three: Repo) -> None:
    three.write({"pyproject.toml": ROOT + 'paths = { ruff = ["p/*/x.py", "p/c"] }\n'}).commit()
    three.write({"p/a/x.py": "x = 2\n"})
    [task] = plan(three.context("--since", "HEAD", "--only", "ruff"), plan_lint)
    assert task.paths == ("p/a/x.py", "p/b/x.py")


def test_paths_of_which_nothing_is_affected_are_not_due(three: Repo) -> None:
    three.write({"pyproject.toml": ROOT + 'paths = { ruff = ["p/c"] }\n'}).commit()
    three.write({"p/a/x.py": "x = 2\n"})
    report = three.run("--since", "HEAD", "--only", "ruff", planner=plan_lint, CI="1")
    assert (report.status, "nothing of `paths` for ruff" in str(outcome(report, "ruff").reason)) == (
        Status.SKIPPED,
        True,
    )


def test_a_package_that_does_not_reach_a_task_is_inconclusive(three: Repo) -> None:
    (three.root / "p/c/x.py").unlink()
    report = three.run("--package", "c", "--only", "ruff", planner=plan_lint, CI="1")
    assert report.status is Status.INCONCLUSIVE
