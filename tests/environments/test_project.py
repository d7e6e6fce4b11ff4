# SPDX-License-Identifier: Apache-2.0
"""The project's environment: from the lock, without one, in parts, and only when its inputs changed."""

from __future__ import annotations

import concurrent.futures
import subprocess
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.events import CommandStarted, Progress
from noxkit.environments.uv import InstallFailedError
from tests._trees import BACKEND, PYTHON, Repo, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.environments.project import ProjectEnvironment

BUILD = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
LOOKER = 'dependencies = ["looker"]'


def project(
    name: str = "demo", *facts: str, python: str = ">=3.10", tables: str = "", folder: str = ""
) -> dict[str, str]:
    """A package with a backend of its own: `facts` are lines of [project], `tables` what follows."""
    lines = "\n".join([f'name = "{name}"', 'version = "1.0"', f'requires-python = "{python}"', *facts])
    module = name.replace("-", "_")
    return {
        f"{folder}pyproject.toml": f"{BUILD}[project]\n{lines}\n{tables}",
        f"{folder}backend.py": BACKEND,
        f"{folder}src/{module}.py": f"WHO = {name!r}\n",
    }


def locked(repo: Repo) -> Repo:
    """Have uv lock the repository, as its user would."""
    done = subprocess.run(
        [repo.context().uv.path, "lock", "-q"],
        cwd=repo.root,
        env=repo.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return repo


def made(repo: Repo, python: str = PYTHON, **environ: str) -> ProjectEnvironment:
    """The environment of the project, as another run would get it."""
    return repo.context(**environ).project_environments.ensure(python, task="environment")


def imports(environment: ProjectEnvironment, *modules: str) -> list[str]:
    """Those of `modules` that can be imported there."""
    code = "import importlib.util, sys\nprint(*[m for m in sys.argv[1:] if importlib.util.find_spec(m)])"
    return subprocess.run(
        [environment.interpreter, "-c", code, *modules], capture_output=True, text=True, check=True
    ).stdout.split()


GROUPS = '[project.optional-dependencies]\nfast = ["helper"]\n[dependency-groups]\ndev = ["looker==1.0"]\n'


def test_without_a_lock_the_project_is_editable_with_all_extras_and_groups(repo: Repo) -> None:
    environment = made(repo.write(project(tables=GROUPS)))
    assert (
        {name: environment.installed[name] for name in ("demo", "helper", "looker")},
        environment.how,
        environment.missing,
    ) == (
        {"demo": "1.0", "helper": "2.0", "looker": "1.0"},
        "no lock",
        (),
    )


def test_the_project_is_imported_from_its_sources(repo: Repo) -> None:
    environment = made(repo.write(project()))
    repo.write({"src/later.py": ""})
    assert imports(environment, "demo", "later") == ["demo", "later"]


def test_with_uv_lock_the_locked_versions_are_installed(repo: Repo, index: Path) -> None:
    locked(repo.write(project("demo", LOOKER, tables=GROUPS.replace("==1.0", ""))))
    wheel(index, "looker", "3.0", requires=["helper"])
    environment = made(repo)
    assert (environment.installed["looker"], environment.how) == ("2.0", "uv.lock")


def test_a_stale_lock_is_still_installed_from(repo: Repo) -> None:
    locked(repo.write(project("demo", LOOKER)))
    repo.write(project("demo", LOOKER, tables='[dependency-groups]\ndev = ["helper==1.0"]\n'))
    environment = made(repo)
    assert (environment.installed["looker"], environment.installed["helper"]) == ("2.0", "2.0")


def test_the_interpreter_that_really_is_there_is_named(repo: Repo) -> None:
    environment = made(repo.write(project()))
    said = subprocess.run(
        [environment.interpreter, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert environment.version == said.stdout.strip()


def test_pytest_and_coverage_are_added_where_the_project_has_not_got_them(repo: Repo) -> None:
    assert {"pytest", "coverage"} <= set(made(repo.write(project())).installed)


def test_the_projects_own_pytest_stays(repo: Repo, index: Path) -> None:
    wheel(index, "pytest", "6.0")
    environment = made(repo.write(project(tables='[dependency-groups]\ntest = ["pytest==6.0"]\n')))
    assert environment.installed["pytest"] == "6.0"


def test_a_project_that_cannot_be_built_brings_its_dependencies(repo: Repo) -> None:
    repo.write({"pyproject.toml": f'[project]\nname = "demo"\nversion = "1"\n{LOOKER}\n'})
    environment = made(repo)
    assert ("demo" in environment.installed, environment.installed["looker"]) == (False, "2.0")


def test_a_folder_without_a_project_has_an_environment_of_its_own(repo: Repo) -> None:
    assert "pytest" in made(repo.write({"a.py": ""})).installed


LOCKS = {
    "poetry.lock": '[[package]]\nname = "looker"\nversion = "1.0"\n',
    "pdm.lock": '[[package]]\nname = "Looker"\nversion = "1.0"\n',
    "pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "looker"\nversion = "1.0"\n',
}


@pytest.mark.parametrize(("name", "text"), LOCKS.items(), ids=LOCKS.keys())
def test_a_foreign_lock_holds_the_versions(repo: Repo, name: str, text: str) -> None:
    environment = made(repo.write({**project("demo", LOOKER), name: text}))
    assert (environment.installed["looker"], environment.how) == ("1.0", f"{name} as constraints")


@pytest.mark.parametrize(
    "text",
    ['[[package]]\nname = "looker"\nversion = "0.1"\n', "not [toml"],
    ids=["it does not resolve", "it cannot be read"],
)
def test_a_foreign_lock_that_does_not_serve_is_set_aside(repo: Repo, text: str) -> None:
    environment = made(repo.write({**project("demo", LOOKER), "poetry.lock": text}))
    assert (environment.installed["looker"], environment.how) in {
        ("2.0", "poetry.lock as constraints (set aside: it does not resolve here)"),
        ("2.0", "no lock"),
    }


def workspace(**members: dict[str, str]) -> dict[str, str]:
    files = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["p/*"]\n'}
    return {**files, **{name: text for member in members.values() for name, text in member.items()}}


def test_all_members_of_a_workspace_are_installed(repo: Repo) -> None:
    files = workspace(a=project("acme-a", LOOKER, folder="p/a/"), b=project("acme-b", folder="p/b/"))
    environment = made(locked(repo.write(files)))
    assert imports(environment, "acme_a", "acme_b", "looker") == ["acme_a", "acme_b", "looker"]


def test_a_member_that_needs_a_newer_python_is_left_out_and_the_lock_still_holds(repo: Repo, index: Path) -> None:
    minor = int(PYTHON.partition(".")[2])
    newer = project("acme-b", folder="p/b/", python=f">=3.{minor + 1}")
    files = workspace(a=project("acme-a", LOOKER, folder="p/a/"), b=newer)
    lock = '[[package]]\nname = "looker"\nversion = "1.0"\n[[package]]\nname = "acme-a"\nversion = "1.0"\n'
    environment = made(repo.write({**files, "uv.lock": f"version = 1\n{lock}"}))
    del index
    assert (imports(environment, "acme_a", "acme_b"), environment.installed["looker"], environment.how) == (
        ["acme_a"],
        "1.0",
        "uv.lock as constraints",
    )


CONFLICT = """\
[project.optional-dependencies]
old = ["looker==1.0"]
new = ["looker==2.0"]
[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }]]
"""


@pytest.mark.parametrize("with_lock", [True, False], ids=["with a lock", "without"])
def test_of_declared_conflicts_the_first_is_installed_and_the_others_are_named(repo: Repo, with_lock: bool) -> None:
    repo.write(project(tables=CONFLICT))
    environment = made(locked(repo) if with_lock else repo)
    assert (environment.installed["looker"], environment.missing) == ("1.0", ("extra `new` (declared as a conflict)",))


BROKEN = {
    "an extra": ("[project.optional-dependencies]\ngone = ['nobody']\n", "extra `gone` of demo: "),
    "a group": ("[dependency-groups]\ngone = ['nobody']\n", "group `gone` of demo: "),
}


@pytest.mark.parametrize(("tables", "name"), BROKEN.values(), ids=BROKEN.keys())
def test_a_part_that_cannot_be_installed_is_named_and_the_others_are_there(repo: Repo, tables: str, name: str) -> None:
    more = tables + ("[dependency-groups]\n" if "groups" not in tables else "") + "dev = ['looker']\n"
    environment = made(repo.write(project(tables=more)))
    [missing] = environment.missing
    assert (missing.startswith(name), "nobody" in missing, environment.installed["looker"]) == (True, True, "2.0")


def test_a_locked_group_that_cannot_be_had_any_more_is_named(repo: Repo, index: Path) -> None:
    file = wheel(index, "fading", "1.0")
    locked(repo.write(project(tables='[dependency-groups]\ndev = ["looker"]\ngone = ["fading"]\n')))
    file.unlink()
    environment = made(repo)
    assert ([line.partition(":")[0] for line in environment.missing], environment.installed["looker"]) == (
        ["group `gone` of demo"],
        "2.0",
    )


def test_a_project_that_does_not_build_is_no_environment(repo: Repo) -> None:
    repo.write({**project(), "hook.py": "raise RuntimeError('no compiler')\n"})
    with pytest.raises(InstallFailedError) as caught:
        made(repo)
    assert ("no compiler" in caught.value.reason, bool(caught.value.hint)) == (True, True)


def test_a_python_that_is_not_here_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.write(project())
    with pytest.raises(InstallFailedError) as caught:
        made(repo, "3.99", PATH="/usr/bin:/bin", UV_PYTHON_INSTALL_DIR=str(tmp_path / "none"))
    assert ("3.99" in caught.value.reason, "uv python install" in caught.value.hint) == (True, True)


@pytest.mark.parametrize("with_lock", [True, False], ids=["with a lock", "without"])
def test_it_is_made_once_and_then_found(repo: Repo, with_lock: bool) -> None:
    repo.write(project("demo", LOOKER))
    first = made(locked(repo) if with_lock else repo)
    repo.events.clear()
    second = made(repo)
    commands = [event.command[1] for event in repo.events if isinstance(event, CommandStarted)]
    assert (first.made, second.made, second.installed, commands) == (True, False, first.installed, ["--version"])


def test_files_that_decide_nothing_change_nothing(repo: Repo) -> None:
    made(repo.write(project()))
    repo.write({"src/demo.py": "WHO = 'changed'\n", "README.md": "hello\n"})
    assert made(repo).made is False


INPUTS = {
    "the manifest": {"pyproject.toml": project("demo", LOOKER)["pyproject.toml"]},
    "the lock": {"uv.lock": "version = 1\n"},
    "a foreign lock": {"poetry.lock": LOCKS["poetry.lock"]},
    "setup.cfg": {"setup.cfg": "[metadata]\n"},
}


@pytest.mark.parametrize("change", INPUTS.values(), ids=INPUTS.keys())
def test_it_is_made_again_when_its_inputs_changed(repo: Repo, change: dict[str, str]) -> None:
    made(repo.write(project()))
    repo.write(change)
    assert made(repo).made is True


def test_what_was_removed_from_the_manifest_is_gone_from_the_environment(repo: Repo) -> None:
    made(repo.write(project("demo", LOOKER)))
    assert "looker" not in made(repo.write(project())).installed


def test_two_that_ask_at_once_make_it_once(repo: Repo) -> None:
    repo.write(project("demo", LOOKER))
    contexts = [repo.context() for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor() as executor:
        futures = [
            executor.submit(context.project_environments.ensure, PYTHON, task="environment") for context in contexts
        ]
        found = [future.result() for future in futures]
    said = [
        event.message for event in repo.events if isinstance(event, Progress) and event.message.startswith("making")
    ]
    assert (sorted(environment.made for environment in found), len(said)) == ([False, False, True], 1)


def test_one_that_was_not_finished_is_made_again(repo: Repo) -> None:
    environment = made(repo.write(project("demo", LOOKER)))
    folder = environment.interpreter.parent.parent
    (folder / "noxkit-stamp.json").unlink()
    (folder / "pyvenv.cfg").unlink()
    assert imports(made(repo), "looker") == ["looker"]


HOOK = "import os, pathlib\npathlib.Path('seen').write_text(repr(dict(os.environ)))\n"


@pytest.mark.parametrize("with_lock", [True, False], ids=["with a lock", "without"])
def test_a_build_backend_does_not_see_credentials(repo: Repo, with_lock: bool) -> None:
    repo.write({**project(), "hook.py": HOOK})
    made(locked(repo) if with_lock else repo, MY_TOKEN="hush", AWS_PROFILE="hush", HARMLESS="here")  # noqa: S106 -- the name of a variable
    seen = (repo.root / "seen").read_text()
    assert ("hush" in seen, "HARMLESS" in seen) == (False, True)


def test_pass_env_restores_one_for_a_build_backend(repo: Repo) -> None:
    repo.write({**project(tables='[tool.noxkit]\npass-env = ["MY_TOKEN"]\n'), "hook.py": HOOK})
    made(repo, MY_TOKEN="hush", OTHER_TOKEN="shh")  # noqa: S106 -- the name of a variable
    seen = (repo.root / "seen").read_text()
    assert ("hush" in seen, "shh" in seen) == (True, False)
