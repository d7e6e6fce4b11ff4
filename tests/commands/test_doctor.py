# SPDX-License-Identifier: Apache-2.0
"""`noxkit doctor`: what is found, what is missing, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests._trees import PYTHON, manifest
from tests.commands.conftest import NOXFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

HEALTHY = {**manifest(), "noxfile.py": NOXFILE}
PROBLEMS = {
    "no main block": ({"noxfile.py": "import noxkit\nnoxkit.pipeline()\n"}, "would run nothing and end green"),
    "a main block that does something else": (
        {"noxfile.py": 'import noxkit\nif __name__ == "__main__":\n    print("hello")\n'},
        "would run nothing and end green",
    ),
    "no import of noxkit": (
        {"noxfile.py": 'import nox\nif __name__ == "__main__":\n    nox.main()\n'},
        "does not import noxkit",
    ),
    "the import in a comment": (
        {"noxfile.py": '# import noxkit\nimport nox\nif __name__ == "__main__":\n    nox.main()\n'},
        "does not import noxkit",
    ),
    "a noxfile that is not Python": ({"noxfile.py": "def\n"}, "noxfile.py cannot be read"),
    "no noxfile": ({"noxfile.py": None}, "`noxkit init` writes one"),
    "no pyproject": ({"pyproject.toml": None}, "there is no pyproject.toml"),
    "no Python that is supported": (
        {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = "<3"\n'},
        "admits no Python",
    ),
}


def advice(said: str) -> list[str]:
    return [line.strip() for line in said[said.index("To do") :].splitlines()[1:]]


def test_a_healthy_repository_needs_nothing(repo: Repo, noxkit: Run) -> None:
    repo.write(HEALTHY).commit()
    code, said, _ = noxkit("doctor")
    assert (code, advice(said)) == (0, ["nothing: all that noxkit needs is here"])


@pytest.mark.parametrize(("change", "said"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_is_missing_is_said_and_ends_with_1(
    repo: Repo, noxkit: Run, change: dict[str, str | None], said: str
) -> None:
    repo.write({name: text for name, text in {**HEALTHY, **change}.items() if text is not None}).commit()
    code, out, _ = noxkit("doctor")
    assert (code, [said in line for line in advice(out)]) == (1, [True]), out


def test_without_git_it_says_what_cannot_work(repo: Repo, noxkit: Run) -> None:
    repo.write(HEALTHY)
    code, said, _ = noxkit("doctor")
    assert (code, ["--since" in line for line in advice(said)]) == (1, [True])


def test_forms_of_the_main_block_that_work_are_known(repo: Repo, noxkit: Run) -> None:
    repo.write(
        {
            **HEALTHY,
            "noxfile.py": "from nox import main\nimport noxkit\nif '__main__' == __name__:\n    main()\n",
        }
    ).commit()
    assert noxkit("doctor")[0] == 0


def test_a_wrong_configuration_is_an_error(repo: Repo, noxkit: Run) -> None:
    repo.write({**HEALTHY, **manifest(options='skip = ["typoss"]\n')})
    code, _, error = noxkit("doctor")
    assert (code, "did you mean `typos`?" in error) == (2, True)


def test_it_names_members_pythons_checkers_and_where_versions_come_from(repo: Repo, noxkit: Run) -> None:
    build = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    member = build + '[project]\nname = "{}"\nversion = "1"\n'
    root = '[tool.uv.workspace]\nmembers = ["p/*"]\n[tool.mypy]\n[dependency-groups]\ndev = ["mypy==1.18.1"]\n'
    root += '[tool.noxkit.tools]\nruff = "==0.9.1"\n'
    repo.write(
        {
            "pyproject.toml": root,
            "p/a/pyproject.toml": member.format("acme-a"),
            "p/a/src/acme/a/__init__.py": "",
            "noxfile.py": NOXFILE,
        }
    ).commit()
    said = noxkit("doctor")[1]
    assert "uv workspace, 1 package," in said
    assert "- acme-a in p/a (hatchling.build; imports acme.a)" in said
    assert f"{PYTHON}: installed" in said
    assert "mypy ==1.18.1 (from the dependency groups): [tool.mypy] in pyproject.toml" in said
    assert "ruff ==0.9.1 (from [tool.noxkit.tools])" in said
    assert "ty 0" in said
    assert "off: not chosen by this repository" in said


def test_it_says_of_each_tool_whether_it_is_on(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n[tool.noxkit]\nskip = ["typos"]\n'})
    said = {line.partition(":")[0].split()[0]: line for line in noxkit("doctor")[1].splitlines() if ": " in line}
    assert said["pyproject_fmt"].endswith('off: not chosen by this repository, and the profile is "standard"')
    assert said["ruff_format"].endswith(": not chosen by this repository; on as advice")
    assert said["typos"].endswith("off: in `skip` of [tool.noxkit]")
    assert said["mypy"].endswith("off: not chosen by this repository")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("docter",), "`docter` is no command of noxkit", "did you mean `doctor`?"),
        (("doctor", "--nope"), "unrecognized arguments: --nope", "`noxkit --help` shows what it takes"),
        ((), "the following arguments are required: COMMAND", "`noxkit --help` shows what it takes"),
    ],
    ids=["a command", "an option", "none"],
)
def test_a_call_that_is_none_is_an_error_with_a_hint(
    noxkit: Run, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    code, _, error = noxkit(*arguments)
    assert (code, f"error[NK-ARGUMENT-VALUE]: {message}" in error, f"= hint: {hint}" in error) == (2, True, True)


MEMBER = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["p/*"]\n',
    "p/my a/pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
    "p/my a/src/a.py": "",
}
BELOW = {
    "a folder below the noxfile": ({**HEALTHY, "docs/x.md": ""}, "docs", "has the noxfile.py"),
    "a member": (MEMBER, "p/my a", "has the [tool.uv.workspace] that holds this folder"),
    "a folder of a member": (MEMBER, "p/my a/src", "has the [tool.uv.workspace] that holds this folder"),
    "a folder of a package": ({**manifest(), "src/a.py": ""}, "src", "is the top of the git work tree"),
}


@pytest.mark.parametrize(("files", "folder", "fact"), BELOW.values(), ids=BELOW.keys())
def test_below_the_root_it_says_where_the_root_is_and_what_to_call(
    repo: Repo, noxkit: Run, files: dict[str, str], folder: str, fact: str
) -> None:
    repo.write(files).commit()
    code, out, _ = noxkit("--root", str(repo.root / folder), "doctor")
    (said,) = advice(out)
    assert (code, f"{repo.root} {fact}" in said, said.endswith("doctor`")) == (1, True, True), said
    assert f"call `noxkit --root {repo.root} doctor`" in said
    assert "is not the root" not in noxkit("doctor")[1]


def test_a_root_with_a_space_in_its_name_is_quoted(repo: Repo, noxkit: Run) -> None:
    repo.write({f"my root/{name}": text for name, text in HEALTHY.items()}).write({"my root/docs/x.md": ""}).commit()
    (said,) = advice(noxkit("--root", str(repo.root / "my root/docs"), "doctor")[1])
    assert f"`noxkit --root '{repo.root}/my root' doctor`" in said


def test_a_root_that_does_not_exist_is_an_error(noxkit: Run) -> None:
    code, _, error = noxkit("--root", "/nonexistent", "doctor")
    assert (code, "error[NK-ARGUMENT-VALUE]: `/nonexistent` of --root is no folder" in error) == (2, True)
