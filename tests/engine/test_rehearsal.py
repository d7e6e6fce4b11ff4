# SPDX-License-Identifier: Apache-2.0
"""Wheels are installed in fresh environments, alone and together, and all that they bring is imported there."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Outcome, Severity, Status
from noxkit.engine._rehearsal import plan_rehearsal
from noxkit.engine._task import Task
from noxkit.rules._rehearsals import ImportFailure, RehearsalFacts
from noxkit.rules.rehearsals import import_smoke
from tests._trees import PYTHON, Repo, clean_environ, wheel
from tests.artifacts._recipes import build
from tests.engine._releases import after_builds, index_service, member, put_wheel, recipe, workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Finding, Report
    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 -- as the tables have them
SMOKE, POINT = "NK-IMPORT-SMOKE", "NK-ENTRYPOINT-UNRESOLVABLE"
DEPS, EXTRAS = "NK-DEPS-UNRESOLVABLE", "NK-EXTRAS-UNRESOLVABLE"


def rehearse(repo: Repo, *arguments: str, **environ: str) -> Report:
    return repo.run(*arguments, planner=after_builds(plan_rehearsal), session="release_check", given=environ)


def rehearsals(report: Report) -> list[Outcome]:
    return [task for task in report.tasks if task.name == "rehearsal"]


def of_one(repo: Repo, text: str, *, noxkit: str = "", more: str = "", **environ: str) -> tuple[Outcome, list[Finding]]:
    """The outcome of the only rehearsal of a wheel `demo` 1.0 that `text` describes, and what it found."""
    repo.write({"pyproject.toml": member("demo", noxkit=noxkit, more=more)})
    put_wheel(repo.root / "dist", "demo", "1.0", text)
    report = rehearse(repo, **environ)
    (ended,) = rehearsals(report)
    return ended, list(report.findings)


def shelf(repo: Repo) -> Path:
    """A folder of wheels that stands in for the index."""
    return repo.root.parent / "shelf"


def offline(repo: Repo) -> str:
    """`[tool.uv]` with that folder alone."""
    return f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf(repo)}"]\n'


# What each module of one wheel does, and what is found: those that end the interpreter stand beside healthy ones.
MODULES: dict[str, tuple[str, Severity | None, str]] = {
    "healthy": ("import demo\n", None, ""),
    "sys_exit": ("import sys\nsys.exit()\n", E, "raises SystemExit"),
    "os_exit": ("import os\nos._exit(0)\n", E, "ends the interpreter (exit code 0)"),
    "os_exit_again": ("import os\nos._exit(3)\n", E, "ends the interpreter (exit code 3)"),
    "killed": ("import os\nos.kill(os.getpid(), 9)\n", E, "ends the interpreter (signal 9)"),
    "never_returns": ("import time\ntime.sleep(600)\n", E, "does not return (1 s)"),
    "raises": ("raise RuntimeError('broken')\n", E, "raises RuntimeError: broken"),
    "interrupt": ("raise KeyboardInterrupt\n", E, "raises KeyboardInterrupt"),
    "own_module_missing": ("import demo.left_out\n", E, "No module named 'demo.left_out'"),
    "own_name_missing": ("from demo import left_out\n", E, "cannot import name 'left_out'"),
    "undeclared": ("import yaml\n", W, "No module named 'yaml'"),
    "undeclared_parent": ("import yaml.nodes\n", W, "No module named 'yaml'"),
    "undeclared_and_said": (
        "try:\n    import yaml\nexcept ImportError as error:\n    raise ImportError('needs PyYAML') from error\n",
        I, "needs PyYAML"),
    "contrib.undeclared": ("import yaml\n", I, "No module named 'yaml'"),
    "yaml_plugin": ("import yaml\n", I, "No module named 'yaml'"),
    "of_a_framework": ("import pytest\n", I, "No module named 'pytest'"),
    "of_an_extra": ("import simplejson\n", I, "No module named 'simplejson'"),
    "other_platform": ("import winreg\n", I, "No module named 'winreg'"),
    "macos": ("import os\nos.no_such_call\n", I, "raises AttributeError"),
    "compat": ("open('gone.txt')\n", E, "raises FileNotFoundError"),
    "examples.one": ("import sys\nsys.exit(3)\n", I, "raises SystemExit"),
    "examples.gone": ("import os\nos._exit(3)\n", E, "ends the interpreter (exit code 3)"),
    "examples.own": ("import demo.left_out\n", E, "No module named 'demo.left_out'"),
    "templates.new": ("name.format()\n", I, "raises NameError"),
    "not_set_up": ("class NotSetUp(Exception): ...\nraise NotSetUp('no settings')\n", W, "raises NotSetUp"),
    "a_dropped_module": ("import asynchat\n", W, "No module named 'asynchat'"),
    "file_of_the_tree": ("open('pyproject.toml')\n", E, "raises FileNotFoundError"),
    "syntax": ("x = = 1\n", E, "raises SyntaxError"),
    "says_a_lot": ("import os\nos.write(1, b'x' * 4_000_000)\nos.write(2, b'y' * 4_000_000)\n", None, ""),
    "message_of_a_megabyte": ("raise ValueError('x' * 1_000_000)\n", E, "raises ValueError: xxx"),
    "message_of_surrogates": ("raise ValueError('\\ud800\\x1b[31m')\n", E, "raises ValueError: ?"),
    "message_that_fails": ("class E(Exception):\n    def __str__(self):\n        raise self\nraise E\n", W, "raises E"),
    "name_that_is_no_text": ("raise ImportError('x', name=3)\n", I, "raises ImportError: x"),
    "z1_changes_folder": ("import os\nos.chdir('/')\n", None, ""),
    "z2_replaces_json": ("import json\njson.dumps = json.loads = None\n", None, ""),
    "z3_replaces_streams": ("import sys\nsys.stdout = sys.stderr = None\n", None, ""),
    "z4_closes_all": ("import os\nos.closerange(0, 200)\n", None, ""),
    "z5_thread": ("import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n", None, ""),
    "z6_hook": ("import atexit, time\natexit.register(time.sleep, 600)\n", None, ""),
    "z7_after_all": ("1 / 0\n", E, "raises ZeroDivisionError"),
    "_private": ("1 / 0\n", None, ""),
    "tests.a": ("1 / 0\n", None, ""),
    "test_a": ("1 / 0\n", None, ""),
    "conftest": ("1 / 0\n", None, ""),
    "_in.a": ("1 / 0\n", None, ""),
    "my-file": ("1 / 0\n", None, ""),
    "{{name}}.a": ("1 / 0\n", None, ""),
    "__main__": ("1 / 0\n", None, ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One rehearsal of a wheel with all of these modules."""
    folder = tmp_path_factory.mktemp("imported")
    repo = Repo(folder / "repo", clean_environ(folder / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never"))
    repo.write({"pyproject.toml": member("demo", noxkit="release = { import-timeout = 1 }\n")})
    files = {f"demo/{name.replace('.', '/')}.py": code for name, (code, _, _) in MODULES.items()}
    extra = {"Requires_Dist": "simplejson; extra == 'json'", "Provides_Extra": "json"}
    put_wheel(repo.root / "dist", "demo", "1.0", recipe(files, **extra))
    return rehearse(repo)


@pytest.mark.parametrize(("name", "severity", "text"), [(key, *row[1:]) for key, row in MODULES.items()], ids=MODULES)
def test_every_public_module_is_imported(imported: Report, name: str, severity: Severity | None, text: str) -> None:
    found = [each for each in imported.findings if each.message.startswith(f"`import demo.{name}` ")]
    assert [(each.code, each.severity) for each in found] == ([(SMOKE, severity)] if severity else [])
    for each in found:
        assert text in each.message
        assert (each.path, each.pythons) == ("dist/demo-1.0-py3-none-any.whl", (PYTHON,))
        assert each.hint


def test_what_is_below_a_package_that_cannot_be_imported_is_not_told_again(repo: Repo) -> None:
    below = {"demo/a.py": "", "demo/b/__init__.py": "", "demo/b/c.py": ""}
    for code, said in (("import yaml\n", "raises"), ("import os\nos._exit(1)\n", "ends")):
        _, (found,) = of_one(repo, recipe({"demo/__init__.py": code, **below}))
        assert found.message.startswith(f"`import demo` {said}")


def test_all_findings_of_imports_are_about_modules_that_fail(imported: Report) -> None:
    (ended,) = rehearsals(imported)
    assert ended.status is Status.FAILED
    assert len(imported.findings) == sum(severity is not None for _, severity, _ in MODULES.values())
    assert ended.evidence["imported"] == sum(name in MODULES for name in MODULES) - 7


@pytest.mark.parametrize(
    ("code", "status"),
    [
        pytest.param("import yaml\n", Status.FAILED, id="undeclared"),
        pytest.param("import sys\nsys.exit()\n", Status.FAILED, id="exits"),
        pytest.param("import winreg\n", Status.PASSED, id="of-another-platform"),
        pytest.param("try:\n    import yaml\nexcept ImportError:\n    yaml = None\n", Status.PASSED, id="guarded"),
    ],
)
def test_what_the_top_of_a_wheel_imports_has_to_be_there(repo: Repo, code: str, status: Status) -> None:
    ended, findings = of_one(repo, recipe({"demo/__init__.py": code, "demo/a.py": ""}))
    assert ended.status is status
    assert {each.severity for each in findings} <= ({E} if status is Status.FAILED else {I})


POINTS: dict[str, tuple[str, dict[str, str], list[tuple[str, Severity, str]]]] = {
    "healthy": ("[console_scripts]\ndemo = demo.cli:main\n", {"demo/cli.py": "def main(): ...\n"}, []),
    "no-attribute": ("[console_scripts]\ndemo = demo.cli:main\n", {"demo/cli.py": "def start(): ...\n"},
                     [(POINT, E, "the script `demo = demo.cli:main` of the group console_scripts raises")]),
    "no-module": ("[gui_scripts]\ndemo = demo.gone:main\n", {}, [(POINT, E, "No module named 'demo.gone'")]),
    "script-that-needs-an-extra": (
        "[console_scripts]\ndemo = demo.cli:main\n", {"demo/cli.py": "import yaml\n"},
        [(SMOKE, I, "demo.cli"), (POINT, E, "No module named 'yaml'")]),
    "plugin-of-what-is-not-there": (
        "[other.plugins]\ndemo = demo.plug:P\n", {"demo/plug.py": "import yaml\n"},
        [(SMOKE, I, "demo.plug"), (POINT, I, "No module named 'yaml'")]),
    "script-that-ends-the-interpreter": (
        "[console_scripts]\ndemo = demo._cli:main\n", {"demo/_cli.py": "import os\nos._exit(7)\n"},
        [(POINT, E, "ends the interpreter (exit code 7)")]),
    "of-a-private-module": ("[console_scripts]\ndemo = demo._cli:main\n", {"demo/_cli.py": "main = print\n"}, []),
}  # fmt: skip


@pytest.mark.parametrize(("scripts", "files", "found"), POINTS.values(), ids=POINTS)
def test_every_entry_point_is_loaded(
    repo: Repo, scripts: str, files: dict[str, str], found: list[tuple[str, Severity, str]]
) -> None:
    _, findings = of_one(repo, recipe(files, scripts=scripts))
    assert sorted((each.code, each.severity.value) for each in findings) == sorted(
        (code, severity.value) for code, severity, _ in found
    ), findings
    assert all(any(text in each.message for each in findings) for _, _, text in found), findings


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        pytest.param({"acme/plugins/ini/__init__.py": "import yaml\n"}, E, id="the-package-in-a-namespace"),
        pytest.param({"acme/ini.py": "import yaml\n"}, E, id="a-module-in-a-namespace"),
        pytest.param({"acme/ini/__init__.py": "", "acme/ini/more.py": "import yaml\n"}, W, id="a-part-of-it"),
        pytest.param({"acme/ini/extra.py": "import yaml\n", "acme/other.py": ""}, E, id="no-package-above"),
    ],
)
def test_what_stands_for_a_distribution_in_a_namespace_has_to_import(
    repo: Repo, files: dict[str, str], severity: Severity
) -> None:
    text = recipe(files).replace("[files]", '[files]\n"demo/__init__.py" = false')
    _, (found,) = of_one(repo, text)
    assert (found.code, found.severity) == (SMOKE, severity)


@pytest.mark.parametrize("glob", ["demo.contrib", "demo.contrib.*", "demo.c*", "*.y"])
def test_modules_that_are_not_to_be_imported_are_no_findings(repo: Repo, glob: str) -> None:
    files = {"demo/contrib/__init__.py": "", "demo/contrib/y.py": "1 / 0\n"}
    _, findings = of_one(repo, recipe(files), noxkit=f'release = {{ skip-imports = ["{glob}"] }}\n')
    assert findings == []


def test_requirements_that_no_version_satisfies_are_an_error_with_the_reason(repo: Repo) -> None:
    wheel(shelf(repo), "idna", "3.0")
    ended, (found,) = of_one(repo, recipe(Requires_Dist="idna>=99"), more=offline(repo))
    assert (found.code, found.severity, ended.status) == (DEPS, E, Status.FAILED)
    assert "idna>=99" in found.message
    assert found.pythons == (PYTHON,)


def test_what_resolves_is_installed_and_what_it_brings_is_imported(repo: Repo) -> None:
    wheel(shelf(repo), "idna", "3.0")
    text = recipe({"demo/__init__.py": "import idna\nassert idna.VERSION == '3.0'\n"}, Requires_Dist="idna>=2")
    ended, findings = of_one(repo, text, more=offline(repo))
    assert (ended.status, findings) == (Status.PASSED, [])
    assert ended.evidence["imported"] == 1


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        pytest.param("import idna\n", I, id="plain"),
        pytest.param("import sys\ntry:\n    import idna\nexcept ImportError:\n    sys.exit(1)\n", I, id="exits"),
        pytest.param("import idna\n1 / 0\n", E, id="fails-with-it-too"),
    ],
)
def test_a_script_is_loaded_again_with_the_extras(repo: Repo, code: str, severity: Severity) -> None:
    wheel(shelf(repo), "idna", "3.0")
    more = 'optional-dependencies = { cli = ["idna>=2"] }\n' + offline(repo)
    scripts = "[console_scripts]\ndemo = demo.cli:main\n"
    extra = {"Provides_Extra": "cli", "Requires_Dist": "idna>=2; extra == 'cli'"}
    ended, found = of_one(repo, recipe({"demo/cli.py": f"{code}main = print\n"}, scripts=scripts, **extra), more=more)
    assert {each.code for each in found} == {SMOKE, POINT}
    (script,) = (each for each in found if each.code == POINT)
    assert (script.severity, ended.status) == (severity, Status.PASSED if severity is I else Status.FAILED)
    assert ("with the extras it works (cli)" in script.hint) == (severity is I)


@pytest.mark.parametrize("top", ["docs_tool", "testkit", "linux_utils", "templates", "contrib", "py310tools"])
@pytest.mark.parametrize(
    ("error", "missing"),
    [("ZeroDivisionError", None), ("ModuleNotFoundError", "tomllib"), ("ModuleNotFoundError", "yaml")],
)
def test_what_a_project_is_called_excuses_nothing(top: str, error: str, missing: str | None) -> None:
    message = f"No module named '{missing}'" if missing else "division by zero"
    failure = ImportFailure(
        kind="module", name=f"{top}.core", way="raised", error=error, home="builtins", message=message, missing=missing
    )
    names = frozenset({top})
    (found,) = import_smoke(RehearsalFacts(wheel="w.whl", python="3.10", own=names, roots=names, failures=(failure,)))
    assert found.severity is (W if missing == "yaml" else E)


@pytest.mark.parametrize(
    ("python", "missing", "name", "severity", "hint"),
    [
        ("3.10", "tomllib", "demo.config", E, 'raise `requires-python` to ">=3.11"; or require `tomli; python_version'),
        ("3.10", "tomllib", "demo._py311", I, "optional"),
        ("3.13", "compression", "demo", E, 'to ">=3.14"'),
        ("3.13", "cgi", "demo.web", W, "Python 3.13 has no `cgi` any more"),
        ("3.13", "cgi", "demo", E, "Python 3.13 has no `cgi` any more"),
        ("3.13", "winreg", "demo", I, "optional"),
    ],
)
def test_a_module_that_the_standard_library_does_not_have_yet_or_any_more(
    python: str, missing: str, name: str, severity: Severity, hint: str
) -> None:
    failure = ImportFailure(
        kind="module",
        name=name,
        way="raised",
        error="ModuleNotFoundError",
        home="builtins",
        message=f"No module named '{missing}'",
        missing=missing,
    )
    own = frozenset({"demo"})
    (found,) = import_smoke(RehearsalFacts(wheel="w.whl", python=python, own=own, roots=own, failures=(failure,)))
    assert found.severity is severity
    assert hint in found.hint


def test_a_name_that_is_missing_in_what_is_required_is_an_error(repo: Repo) -> None:
    wheel(shelf(repo), "idna", "3.0")
    text = recipe({"demo/sub.py": "from idna import gone_too\n"}, Requires_Dist="idna>=2")
    _, (found,) = of_one(repo, text, more=offline(repo))
    assert (found.code, found.severity) == (SMOKE, E)


def test_a_wheel_that_cannot_be_installed_is_inconclusive_with_the_words_of_uv(repo: Repo) -> None:
    ended, findings = of_one(repo, recipe(scripts="[console_scripts]\ndemo = ??\n"))
    assert (ended.status, findings) == (Status.INCONCLUSIVE, [])
    assert "demo" in (ended.reason or "")
    assert ended.hint


def test_an_extra_that_does_not_resolve_is_an_error_and_the_others_are_not(repo: Repo) -> None:
    wheel(shelf(repo), "idna", "3.0")
    more = 'optional-dependencies = { web = ["idna>=99"], fast = ["idna>=2"] }\n' + offline(repo)
    requires = ['idna>=99; extra == "web"', 'idna>=2; extra == "fast"']
    ended, (found,) = of_one(repo, recipe(Provides_Extra=["web", "fast"], Requires_Dist=requires), more=more)
    assert (found.code, found.severity, ended.status) == (EXTRAS, E, Status.FAILED)
    assert "the extra `web` cannot be resolved" in found.message


def test_two_members_of_which_one_requires_a_version_that_was_not_built(repo: Repo) -> None:
    needs = member("acme-io", more='dependencies = ["acme-core>=2"]').partition("\n[tool.noxkit]")[0]
    repo.write(workspace("acme-core", "acme-io", acme_io=needs))
    put_wheel(repo.root / "dist", "acme-core", "1.0")
    put_wheel(repo.root / "dist", "acme-io", "1.0", recipe(Requires_Dist="acme-core>=2"))
    report = rehearse(repo)
    by_package = {task.package: task.status for task in rehearsals(report)}
    assert by_package == {"acme-core": Status.PASSED, "acme-io": Status.FAILED, None: Status.FAILED}
    assert {found.code for found in report.findings} == {DEPS}
    assert any("the wheels of the workspace together" in found.message for found in report.findings)


def siblings(repo: Repo, table: str, *, built: str = "built") -> None:
    """Two members of which the first requires the second; the index has a later version of it, and the same one."""
    needs = member("acme-io", more='dependencies = ["acme-core"]').partition("\n[tool.noxkit]")[0]
    files = workspace("acme-core", "acme-io", acme_io=needs)
    repo.write({**files, "pyproject.toml": files["pyproject.toml"] + table})
    put_wheel(repo.root / "dist", "acme-core", "1.0", recipe({"acme_core/__init__.py": f"FROM = {built!r}\n"}))
    check = "import acme_core\nassert acme_core.FROM == 'built', acme_core.FROM\n"
    put_wheel(repo.root / "dist", "acme-io", "1.0", recipe({"acme_io/__init__.py": check}, Requires_Dist="acme-core"))
    for version in ("1.0", "2.0"):
        put_wheel(shelf(repo), "acme-core", version, recipe({"acme_core/__init__.py": "FROM = 'index'\n"}))


def test_siblings_are_those_that_were_built_whatever_a_folder_has(repo: Repo) -> None:
    siblings(repo, offline(repo))
    report = rehearse(repo)
    assert report.findings == ()
    assert {task.status for task in rehearsals(report)} == {Status.PASSED}
    assert len(rehearsals(report)) == 3


def test_siblings_are_those_that_were_built_whatever_the_index_has(repo: Repo) -> None:
    with index_service(shelf(repo)) as index:
        siblings(repo, index.table())
        del repo.environ["UV_OFFLINE"]
        report = rehearse(repo)
    assert report.findings == ()
    assert {task.status for task in rehearsals(report)} == {Status.PASSED}


@pytest.mark.parametrize("name", ["acme-core", "acme-io"])
def test_a_wheel_that_has_changed_since_it_was_built_is_not_taken(repo: Repo, name: str) -> None:
    siblings(repo, offline(repo))
    file = repo.root / "dist" / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"

    def changing(context: Context, packages: Sequence[Package], *, after: Sequence[Task]) -> list[Task]:
        change = Task(
            name="change", action=lambda _call, _needs: changed(file), after=tuple(each.label for each in after)
        )
        tasks = plan_rehearsal(context, packages, after=after)
        return [change, *(dataclasses.replace(task, after=(*task.after, "change")) for task in tasks)]

    report = repo.run(planner=after_builds(changing), session="release_check")
    ended = {task.package: task.status for task in rehearsals(report)}
    assert (ended["acme-io"], ended[None]) == (Status.FAILED, Status.FAILED)
    assert "hash" in report.findings[0].message.lower()


def changed(file: Path) -> Outcome:
    file.write_bytes(build(file.name, recipe({"more.py": ""})))
    return Outcome(name="change", status=Status.PASSED)


def test_nothing_of_the_source_tree_can_be_imported(repo: Repo) -> None:
    repo.write({"src/demo/hidden.py": "", "helper.py": "", "src/helper2.py": ""})
    code = (
        "import importlib.util as u, os, sys\n"
        "assert not any(u.find_spec(name) for name in ('helper', 'helper2', 'noxkit', 'pytest', 'msgspec'))\n"
        "assert u.find_spec('demo.hidden') is None\n"
        f"assert {str(repo.root)!r} not in os.getcwd()\n"
        f"assert not any({str(repo.root)!r} in path for path in sys.path), sys.path\n"
    )
    repo.environ["PYTHONPATH"] = str(repo.root)
    ended, findings = of_one(repo, recipe({"demo/__init__.py": code}))
    assert (ended.status, findings) == (Status.PASSED, [])


def test_modules_see_no_credentials(repo: Repo) -> None:
    seen = repo.root.parent / "seen.json"
    code = f"import json, os\nopen({str(seen)!r}, 'w').write(json.dumps(dict(os.environ)))\n"
    secrets = {
        "UV_PUBLISH_TOKEN": "s3cret-1",
        "GITHUB_TOKEN": "s3cret-2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s3cret-3",
        "AWS_SECRET_ACCESS_KEY": "s3cret-4",
        "UV_DEFAULT_INDEX": "http://user:s3cret-5@127.0.0.1:9/simple",
        "TWINE_PASSWORD": "s3cret-6",
    }
    ended, findings = of_one(repo, recipe({"demo/__init__.py": code}), **secrets, PLAIN="kept")
    assert (ended.status, findings) == (Status.PASSED, [])
    environ = json.loads(seen.read_text())
    assert environ["PLAIN"] == "kept"
    assert "s3cret" not in seen.read_text()
    assert not Path(environ["HOME"]).exists()  # a folder of the rehearsal, gone with it


def test_an_interpreter_that_is_not_there_is_inconclusive(repo: Repo) -> None:
    repo.environ["PATH"] = "/usr/bin:/bin"
    repo.environ["UV_PYTHON_PREFERENCE"] = "only-managed"
    ended, findings = of_one(repo, "")
    assert (ended.status, findings) == (Status.INCONCLUSIVE, [])
    assert PYTHON in (ended.reason or "")
    assert "uv python install" in (ended.hint or "")


def test_without_network_what_needs_it_is_inconclusive_and_the_rest_is_done(repo: Repo) -> None:
    requires = "surely-not-kept>=1"
    ended, findings = of_one(repo, recipe(Requires_Dist=requires))
    assert (ended.status, findings) == (Status.INCONCLUSIVE, [])
    assert "surely-not-kept" in (ended.reason or "")
    assert "index" in (ended.hint or "")
    more = 'optional-dependencies = { web = ["surely-not-kept"] }\n'
    text = recipe({"demo/a.py": "1 / 0\n"}, Provides_Extra="web", Requires_Dist=f'{requires}; extra == "web"')
    ended, (found,) = of_one(repo, text, more=more)
    assert (ended.status, found.code) == (Status.FAILED, SMOKE)
    ended, findings = of_one(repo, recipe(Provides_Extra="web", Requires_Dist=f'{requires}; extra == "web"'), more=more)
    assert (ended.status, findings) == (Status.INCONCLUSIVE, [])


def test_a_wheel_that_was_not_built_is_inconclusive(repo: Repo) -> None:
    needs = member("acme-io", more='dependencies = ["acme-core"]').partition("\n[tool.noxkit]")[0]
    repo.write(workspace("acme-core", "acme-io", acme_io=needs))
    put_wheel(repo.root / "dist", "acme-io", "1.0", recipe(Requires_Dist="acme-core"))
    reasons = {task.package: task.reason for task in rehearsals(rehearse(repo))}
    assert reasons["acme-core"] == "its wheel was not built"
    assert reasons["acme-io"] == "acme-core, which it requires, was not built"


@pytest.mark.parametrize(
    ("words", "pythons"),
    [
        pytest.param([], ["3.10", "3.12"], id="the-ends"),
        pytest.param(["--rehearse", "all"], ["3.10", "3.11", "3.12"], id="each"),
    ],
)
def test_which_pythons_are_rehearsed(repo: Repo, words: list[str], pythons: list[str]) -> None:
    text = member("demo").replace(f'python = ["{PYTHON}"]', 'python = ["3.10", "3.11", "3.12"]')
    repo.write({"pyproject.toml": text})
    report = rehearse(repo, "--only", "rehearsal", *words)
    assert [task.python for task in rehearsals(report)] == pythons


def test_a_package_is_rehearsed_only_on_pythons_that_it_admits(repo: Repo) -> None:
    newer, none = (
        member(name).partition("\n[tool.noxkit]")[0].replace(">=3.10", spec)
        for name, spec in (("newer", ">=3.11"), ("none", "<3.10"))
    )
    files = workspace("any", "newer", "none", newer=newer, none=none)
    text = files["pyproject.toml"].replace(f'python = ["{PYTHON}"]', 'python = ["3.10", "3.12"]')
    repo.write({**files, "pyproject.toml": text})
    tasks = rehearsals(rehearse(repo, "--only", "rehearsal"))
    planned = {
        package: [task.python for task in tasks if task.package == package] for package in ("any", "newer", "none")
    }
    assert planned == {"any": ["3.10", "3.12"], "newer": ["3.12"], "none": [None]}
    (never,) = [task for task in tasks if task.package == "none"]
    assert (never.status, "admits no Python" in (never.reason or "")) == (Status.INCONCLUSIVE, True)


def test_a_member_that_is_released_alone_takes_its_siblings_from_the_index(repo: Repo) -> None:
    siblings(repo, offline(repo), built="old")
    report = rehearse(repo, "--package", "acme-io")
    (found,) = report.findings
    assert (found.code, "AssertionError: index" in found.message) == (SMOKE, True)


def test_without_builds_there_is_nothing_to_rehearse(repo: Repo) -> None:
    repo.write(workspace("a", "b"))
    report = repo.run(
        planner=lambda context, _scope: plan_rehearsal(context, context.repository.workspace.packages, after=[])
    )
    reasons = {task.reason for task in report.tasks if task.name == "rehearsal"}
    assert reasons == {"it is not built in this run", "nothing is built in this run"}
    assert all(task.status is Status.SKIPPED for task in rehearsals(report))


@pytest.mark.parametrize(
    "table",
    [
        pytest.param('[tool.uv]\nno-index = true\nfind-links = ["../shelf"]\n', id="a-folder-from-the-root"),
        pytest.param('[[tool.uv.index]]\nurl = "../shelf"\nformat = "flat"\ndefault = true\n', id="a-flat-index"),
        pytest.param("", id="uv.toml"),
    ],
)
def test_the_indexes_of_the_repository_are_asked(repo: Repo, table: str) -> None:
    wheel(shelf(repo), "idna", "3.0")
    if not table:
        repo.write({"uv.toml": 'no-index = true\nfind-links = ["../shelf"]\n'})
    ended, findings = of_one(repo, recipe(Requires_Dist="idna"), more=f"\n{table}")
    assert (ended.status, findings, ended.reason) == (Status.PASSED, [], None)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(("--only", "rehearsal"), {"build", "rehearsal"}, id="with-the-build"),
        pytest.param(("--only", "build"), {"build"}, id="the-build-alone"),
        pytest.param(("--only", "rehearsal", "--skip", "build"), {"rehearsal"}, id="without-the-build"),
    ],
)
def test_what_needs_a_build_brings_it_along(repo: Repo, arguments: tuple[str, ...], names: set[str]) -> None:
    repo.write({"pyproject.toml": member("demo")})
    put_wheel(repo.root / "dist", "demo", "1.0")
    assert {task.name for task in rehearse(repo, *arguments).tasks} == names
