# SPDX-License-Identifier: Apache-2.0
"""What is released next, and why, from real histories."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from noxkit.errors import NoxkitError
from noxkit.release._plan import make_plan
from noxkit.release._session import as_json, as_mermaid, as_table, asked_of
from tests.release._packages import alone, workspace

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.release._plan import Plan
    from tests._trees import Repo
    from tests.release.conftest import Change

FILE = "src/acme/__init__.py"


def planned(repo: Repo, *arguments: str) -> Plan:
    context = repo.context(*arguments, session="plan")
    return make_plan(context, asked_of(context))


def versions(repo: Repo, *arguments: str) -> dict[str, str | None]:
    return {member.name: member.next for member in planned(repo, *arguments).members}


def released(repo: Repo, version: str = "1.2.0", **options: str) -> Repo:
    repo.write(alone(version, **options)).commit("chore: begin")
    repo.git("tag", "-a", f"v{version}", "-m", f"v{version}")
    return repo


MESSAGES = [
    ("fix: a", "1.2.1"),
    ("perf: a", "1.2.1"),
    ("feat: a", "1.3.0"),
    ("feat(core): a", "1.3.0"),
    ("FEAT: a", "1.3.0"),
    ("feat!: a", "2.0.0"),
    ("docs(api)!: a", "2.0.0"),
    ("fix: a\n\nBREAKING CHANGE: gone", "2.0.0"),
    ("fix: a\n\nA body.\n\nReviewed-by: b\nBREAKING-CHANGE: gone", "2.0.0"),
    ("fix: a\n\nbreaking change: this is a sentence", "1.2.1"),
    ("docs: a", None),
    ("chore: a", None),
    ("a fix without a type", None),
    ("feature: no such type", None),
]


@pytest.mark.parametrize(("message", "expected"), MESSAGES)
def test_a_message_is_read_as_a_whole(repo: Repo, change: Change, message: str, expected: str | None) -> None:
    released(repo)
    change(message, FILE)
    assert versions(repo) == {"acme": expected}


def test_the_most_that_has_happened_counts(repo: Repo, change: Change) -> None:
    released(repo)
    for message in ("fix: a", "feat: b", "docs: c", "fix: d"):
        change(message, FILE)
    plan = planned(repo)
    member = plan.members[0]
    assert (member.current, member.next, member.tag) == ("1.2.0", "1.3.0", "v1.3.0")
    assert [each.message.subject for each in member.commits] == ["fix: a", "feat: b", "fix: d"]
    assert member.because == ("1 feature, 2 fixes",)


def reverting(commit: str, subject: str = "feat: b") -> str:
    return f'Revert "{subject}"\n\nThis reverts commit {commit}.\n'


def test_a_revert_takes_back_that_commit_and_no_other_of_its_name(repo: Repo, change: Change) -> None:
    released(repo)
    change("feat: b", FILE)
    second = change("feat: b", FILE)
    change(reverting(second), FILE)
    assert len(planned(repo).members[0].commits) == 1
    first = planned(repo).members[0].commits[0].id
    change(reverting(first[:10]), FILE)
    assert versions(repo) == {"acme": None}


def test_a_revert_of_a_revert_brings_it_back(repo: Repo, change: Change) -> None:
    released(repo)
    feature = change("feat: b", FILE)
    revert = change(reverting(feature), FILE)
    change(reverting(revert, 'Revert "feat: b"'), FILE)
    assert versions(repo) == {"acme": "1.3.0"}


def test_a_typed_revert_names_its_commit_in_a_footer(repo: Repo, change: Change) -> None:
    released(repo)
    feature = change("feat: b", FILE)
    change(f"revert: let us never do this again\n\nRefs: {feature[:12]}", FILE)
    assert versions(repo) == {"acme": None}


def test_a_revert_of_what_is_released_is_a_fix(repo: Repo, change: Change) -> None:
    repo.write(alone()).commit("chore: begin")
    feature = change("feat: b", FILE)
    repo.git("tag", "v1.2.0")
    change(reverting(feature), FILE)
    assert versions(repo) == {"acme": "1.2.1"}


def test_commits_of_merged_branches_count_once(repo: Repo, change: Change) -> None:
    released(repo)
    repo.git("checkout", "-q", "-b", "side")
    change("feat: on a branch", FILE)
    repo.git("checkout", "-q", "main")
    change("fix: on main", "src/acme/other.py")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'side'", "side")
    assert [each.message.subject for each in planned(repo).members[0].commits] == ["fix: on main", "feat: on a branch"]


def test_a_branch_that_was_begun_before_the_tag_counts_when_it_is_merged_after(repo: Repo, change: Change) -> None:
    repo.write(alone()).commit("chore: begin")
    repo.git("checkout", "-q", "-b", "side")
    change("feat: on a branch", FILE)
    repo.git("checkout", "-q", "main")
    change("fix: released", "src/acme/other.py")
    repo.git("tag", "v1.2.0")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'side'", "side")
    assert [each.message.subject for each in planned(repo).members[0].commits] == ["feat: on a branch"]


FIRST = [("1.2.0", "1.2.0"), ("0.1.0.dev3", "0.1.0"), ("1.0rc1", "1.0rc1")]


@pytest.mark.parametrize(("stated", "expected"), FIRST)
def test_the_first_release_is_what_the_manifest_says(repo: Repo, stated: str, expected: str) -> None:
    repo.write(alone(stated)).commit("feat: all of it")
    member = planned(repo).members[0]
    assert (member.next, member.because, member.last_tag) == (expected, ("never released",), None)


def test_a_version_that_was_raised_by_hand_is_the_next_one(repo: Repo, change: Change) -> None:
    released(repo)
    change("fix: a", FILE)
    repo.write(alone("1.4.0")).commit("chore: raise")
    assert versions(repo) == {"acme": "1.4.0"}


def test_after_the_tag_nothing_is_left(repo: Repo, change: Change) -> None:
    released(repo)
    change("fix: a", FILE)
    repo.write(alone("1.2.1")).commit("chore: release")
    repo.git("tag", "v1.2.1")
    assert versions(repo) == {"acme": None}
    assert "nothing to release" in as_table(planned(repo))


def test_a_tag_without_a_version_is_none(repo: Repo, change: Change) -> None:
    released(repo)
    for tag in ("v", "vnext", "latest", "v9.x", "v2026-01-01"):
        repo.git("tag", tag)
    change("fix: a", FILE)
    assert versions(repo) == {"acme": "1.2.1"}


def test_a_tag_on_another_branch_blocks_its_version(repo: Repo, change: Change) -> None:
    released(repo)
    repo.git("checkout", "-q", "-b", "side")
    change("feat: elsewhere", FILE)
    repo.git("tag", "v1.3.0")
    repo.git("checkout", "-q", "main")
    change("feat: here", FILE)
    plan = planned(repo)
    assert plan.is_blocked
    assert plan.members[0].blocked == ("the tag v1.3.0 is there already, on a commit that HEAD does not come from",)


def test_a_shallow_clone_is_not_trusted(repo: Repo, change: Change, tmp_path: Path) -> None:
    from tests._trees import Repo as AnyRepo  # noqa: PLC0415 -- the type is imported above for checkers alone

    released(repo)
    change("fix: a", FILE)
    shallow = AnyRepo(tmp_path / "shallow", repo.environ)
    shallow.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(shallow.root))
    assert "cut off" in planned(shallow).blocked[0]
    assert planned(shallow).is_blocked


FLAGS = [
    (("--patch",), "1.2.1"),
    (("--minor",), "1.3.0"),
    (("--major",), "2.0.0"),
    (("--pre", "rc"), "1.2.1rc1"),
    (("--minor", "--pre", "a"), "1.3.0a1"),
    (("--post",), "1.2.0.post1"),
    (("--dev",), "1.2.1.dev0"),
    (("--set-version", "3.0"), "3.0"),
    (("--set-version", "acme==3.0"), "3.0"),
]


@pytest.mark.parametrize("message", ["docs: a", "fix: a"])
@pytest.mark.parametrize(("arguments", "expected"), FLAGS)
def test_the_caller_decides(
    repo: Repo, change: Change, arguments: tuple[str, ...], expected: str, message: str
) -> None:
    released(repo)
    change(message, FILE)
    assert versions(repo, *arguments) == {"acme": expected}


REFUSED = [
    (("--set-version", "one"), "`one` is no version"),
    (("--set-version", "acne==1.0"), "`acne` is not published"),
    (("--minor", "--major"), "more than one of the flags"),
    (("--post", "--dev"), "more than one of the flags"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_means_nothing_is_refused(repo: Repo, arguments: tuple[str, ...], said: str) -> None:
    released(repo)
    with pytest.raises(NoxkitError) as caught:
        planned(repo, *arguments)
    assert said in caught.value.records[0].message
    assert caught.value.records[0].hint


def test_a_version_that_does_not_come_after_the_last_is_blocked(repo: Repo) -> None:
    released(repo)
    assert "does not come after 1.2.0" in planned(repo, "--set-version", "1.1").members[0].blocked[0]


def test_candidates_count_from_the_last_final_release(repo: Repo, change: Change) -> None:
    released(repo)
    change("feat: a", FILE)
    repo.write(alone("1.3.0rc1")).commit("chore: release")
    repo.git("tag", "v1.3.0rc1")
    assert versions(repo) == {"acme": "1.3.0"}
    assert versions(repo, "--pre", "rc") == {"acme": "1.3.0rc2"}
    change("feat!: b", FILE)
    assert versions(repo) == {"acme": "2.0.0"}


NEEDS = {"core": (), "cli": ("core[fast]>=1.0; python_version >= '3'",), "web": ("cli",), "docs": ()}


def tagged(repo: Repo, noxkit: str = "", needs: dict[str, tuple[str, ...]] | None = None) -> Repo:
    repo.write(workspace(needs or NEEDS, noxkit=noxkit)).commit("chore: begin")
    for name in needs or NEEDS:
        repo.git("tag", f"{name}-v1.0.0")
    return repo


def test_members_have_what_lies_in_their_folders(repo: Repo, change: Change) -> None:
    tagged(repo)
    change("feat: a", "packages/docs/src/docs/__init__.py")
    change("fix: of the root", "README.md")
    assert versions(repo) == {"core": None, "cli": None, "web": None, "docs": "1.1.0"}


def test_a_commit_without_files_counts_for_the_member_in_its_scope(repo: Repo) -> None:
    tagged(repo)
    repo.commit("fix(docs): rebuilt")
    assert versions(repo)["docs"] == "1.0.1"


def test_dependents_get_a_patch_and_come_after(repo: Repo, change: Change) -> None:
    tagged(repo)
    change("feat!: a", "packages/core/src/core/__init__.py")
    plan = planned(repo)
    assert [(each.name, each.next) for each in plan.released] == [("core", "2.0.0"), ("cli", "1.0.1"), ("web", "1.0.1")]
    assert [each.because for each in plan.released] == [("1 breaking change",), ("needs core",), ("needs cli",)]
    assert plan.members[0].dependents == ("cli",)
    assert versions(repo, "--package", "core") == {"core": "2.0.0", "cli": None, "web": None, "docs": None}


def test_what_is_not_asked_for_moves_nothing(repo: Repo, change: Change) -> None:
    tagged(repo)
    change("feat: a", "packages/core/src/core/__init__.py")
    assert set(versions(repo, "--package", "cli").values()) == {None}


def test_dependents_may_stay(repo: Repo, change: Change) -> None:
    tagged(repo, 'release.dependents = "none"')
    change("feat: a", "packages/core/src/core/__init__.py")
    assert versions(repo) == {"core": "1.1.0", "cli": None, "web": None, "docs": None}


def test_members_of_a_version_group_have_one_version(repo: Repo, change: Change) -> None:
    tagged(repo, '[[tool.noxkit.kinds]]\nname = "all"\npaths = ["packages/*"]\nversion-group = "acme"')
    change("fix: a", "packages/web/src/web/__init__.py")
    change("feat: b", "packages/docs/src/docs/__init__.py")
    assert set(versions(repo).values()) == {"1.1.0"}


def test_a_cycle_is_named(repo: Repo, change: Change) -> None:
    tagged(repo, needs={"a": ("b",), "b": ("a",), "c": ()})
    change("fix: a", "packages/a/src/a/__init__.py")
    plan = planned(repo)
    assert plan.is_blocked
    assert "a cycle of members that need each other" in plan.released[0].blocked[0]


def test_what_needs_a_member_that_is_never_published_is_blocked(repo: Repo, change: Change) -> None:
    files = workspace({"a": ("b",), "b": ()})
    files["packages/b/pyproject.toml"] += 'classifiers = ["Private :: Do Not Upload"]\n'
    repo.write(files).commit("chore: begin")
    repo.git("tag", "a-v1.0.0")
    change("fix: a", "packages/a/src/a/__init__.py")
    assert planned(repo).released[0].blocked == ("it needs b, which is not published",)


def test_types_that_count_are_an_option(repo: Repo, change: Change) -> None:
    released(repo, noxkit='release.minor-types = ["feature"]\nrelease.patch-types = ["docs"]\n')
    change("docs: a", FILE)
    assert versions(repo) == {"acme": "1.2.1"}
    change("feature: b", FILE)
    assert versions(repo) == {"acme": "1.3.0"}


def test_before_one_a_breaking_change_is_a_minor(repo: Repo, change: Change) -> None:
    released(repo, "0.3.1")
    change("feat!: a", FILE)
    assert versions(repo) == {"acme": "0.4.0"}
    repo.write(alone("0.3.1", noxkit="release.major-on-zero = true"))
    assert versions(repo) == {"acme": "1.0.0"}


def test_without_git_there_is_no_plan(repo: Repo) -> None:
    repo.write(alone())
    with pytest.raises(NoxkitError) as caught:
        planned(repo)
    assert caught.value.records[0].code == "NK-RELEASE-HISTORY"


def test_the_same_history_gives_the_same_text(repo: Repo, change: Change) -> None:
    tagged(repo)
    change("feat: a <b> | \x1b[31m", "packages/core/src/core/__init__.py")
    texts = [(as_table(plan), as_json(plan), as_mermaid(plan)) for plan in (planned(repo), planned(repo))]
    assert texts[0] == texts[1]
    table, document, graph = texts[0]
    assert "\x1b" not in table
    assert json.loads(document)["members"][0]["next"] == "1.1.0"
    assert 'm0["core<br/>1.0.0 → 1.1.0"]' in graph
    assert "  m0 --> m2" in graph
    assert max(map(len, table.splitlines())) <= 100


def test_a_tag_on_a_branch_of_its_own_is_counted_from_where_it_was_left(repo: Repo, change: Change) -> None:
    """Members that are released from branches: neither tag holds the other's commit."""
    repo.write(workspace({"core": (), "docs": ()})).commit("chore: begin")
    change("feat: before both", "packages/core/src/core/a.py", "packages/docs/src/docs/a.py")
    repo.git("checkout", "-q", "-b", "core")
    change("fix: for the release", "packages/core/src/core/b.py")
    repo.git("tag", "core-v1.0.0")
    repo.git("checkout", "-q", "main")
    change("fix: after the branch", "packages/core/src/core/c.py", "packages/docs/src/docs/c.py")
    repo.git("tag", "docs-v1.0.0")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'core'", "core")
    change("feat: last", "packages/docs/src/docs/d.py")
    plan = planned(repo)
    subjects = {member.name: [each.message.subject for each in member.commits] for member in plan.members}
    assert subjects == {"core": ["fix: after the branch"], "docs": ["feat: last"]}


def test_only_tags_that_head_comes_from_count(repo: Repo, change: Change) -> None:
    released(repo)
    repo.git("checkout", "-q", "-b", "later")
    change("feat!: a", FILE)
    repo.git("tag", "v2.0.0")
    repo.git("checkout", "-q", "main")
    change("fix: of the old line", FILE)
    assert versions(repo) == {"acme": "1.2.1"}


@pytest.mark.parametrize("seed", range(6))
def test_what_counts_is_what_git_says_is_in_no_tag(repo: Repo, change: Change, seed: int) -> None:
    """Random histories of branches, merges and tags, against `git log` for each member."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    names = ("core", "docs", "cli")
    repo.write(workspace(dict.fromkeys(names, ()))).commit("chore: begin")
    branches = ["main"]
    for step in range(40):
        kind = chance.choice(["commit", "commit", "commit", "branch", "merge", "tag"])
        if kind == "commit":
            repo.git("checkout", "-q", chance.choice(branches))
            name = chance.choice(names)
            change(f"fix: {step}", f"packages/{name}/src/{name}/f{step}.py")
        elif kind == "branch":
            repo.git("checkout", "-q", chance.choice(branches))
            branches.append(f"b{step}")
            repo.git("checkout", "-q", "-b", branches[-1])
        elif kind == "merge":
            repo.git("checkout", "-q", "main")
            repo.git("merge", "-q", "--no-ff", "-m", f"Merge branch {step}", chance.choice(branches))
        else:
            repo.git("checkout", "-q", chance.choice(branches))
            repo.git("tag", f"{chance.choice(names)}-v1.0.{step}")
    repo.git("checkout", "-q", "main")
    for member in planned(repo).members:
        base = [f"^refs/tags/{member.last_tag}"] if member.last_tag is not None else []
        listed = repo.git("log", "--no-merges", "--format=%H", "HEAD", *base, "--", f"packages/{member.name}/src")
        reachable = repo.git("tag", "--merged=HEAD", "--list", f"{member.name}-v*").split()
        newest = max(reachable, key=lambda tag: int(tag.rpartition(".")[2]), default=None)
        fixes = {line for line in listed.split() if repo.git("log", "-1", "--format=%s", line).startswith("fix")}
        assert (member.last_tag, {each.id for each in member.commits}) == (newest, fixes)


def test_a_lock_that_follows_another_member_is_no_change(repo: Repo, change: Change) -> None:
    tagged(repo)
    change("feat: a", "packages/core/src/core/a.py", "packages/docs/uv.lock")
    assert versions(repo)["docs"] is None
    change("fix(docs): only the lock", "packages/docs/uv.lock")
    assert versions(repo)["docs"] is None


TAGS = [
    ('release.tag = "{name}@{version}"', "core@1.0.0"),
    ('release.tag = "rel/{dir}/{version}"', "rel/core/1.0.0"),
    ('[[tool.noxkit.kinds]]\nname = "all"\npaths = ["packages/*"]\ntag = "c{version}"', "c1.0.0"),
    ("", "core==1.0.0"),
    ("", "core/v1.0.0"),
]


@pytest.mark.parametrize(("noxkit", "tag"), TAGS)
def test_tags_are_written_as_the_repository_writes_them(repo: Repo, change: Change, noxkit: str, tag: str) -> None:
    repo.write(workspace({"core": (), "docs": ()}, noxkit=noxkit)).commit("chore: begin")
    repo.git("tag", tag)
    change("fix: a", "packages/core/src/core/a.py")
    member = planned(repo).members[0]
    assert (member.last_tag, member.next, member.tag) == (tag, "1.0.1", tag.replace("1.0.0", "1.0.1"))


def test_tags_with_the_name_of_the_folder_are_found(repo: Repo, change: Change) -> None:
    files = workspace({"core": (), "docs": ()})
    files["packages/core/pyproject.toml"] = files["packages/core/pyproject.toml"].replace('"core"', '"acme-core"')
    repo.write(files).commit("chore: begin")
    repo.git("tag", "core==1.0.0")
    change("fix: a", "packages/core/src/core/a.py")
    assert planned(repo).members[0].tag == "core==1.0.1"


def test_a_dynamic_version_is_read_where_the_build_reads_it(repo: Repo) -> None:
    files = alone(None, more='[tool.hatch.version]\npath = "src/acme/__init__.py"\n')
    repo.write({**files, "src/acme/__init__.py": '__version__ = "0.7.0"\n'}).commit("feat: all")
    member = planned(repo).members[0]
    assert (member.current, member.next) == ("0.7.0", "0.7.0")


@pytest.mark.parametrize("stated", ['version = "1.0.0"', 'dynamic = ["version"]'], ids=["stated", "computed"])
def test_members_that_share_a_tag_are_released_together(repo: Repo, change: Change, stated: str) -> None:
    files = workspace({"core": (), "cli": ()})
    old = 'version = "1.0.0"  # released by hand'
    repo.write({path: text.replace(old, stated) for path, text in files.items()}).commit("chore: begin")
    repo.git("tag", "v1.0.0")
    change("feat: more", "packages/core/src/core/a.py")
    found = planned(repo)
    assert {each.name: (each.next, each.tag) for each in found.members} == dict.fromkeys(
        ("core", "cli"), ("1.1.0", "v1.1.0")
    )


def test_where_no_version_can_be_told_that_blocks(repo: Repo) -> None:
    files = alone(None)
    repo.write(files).commit("feat: begin")
    found = planned(repo)
    assert (found.released, found.is_blocked) == ((), True)
    assert found.blocks[0].startswith("acme: there is no tag to count from")
