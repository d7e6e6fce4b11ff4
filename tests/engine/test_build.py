# SPDX-License-Identifier: Apache-2.0
"""Real builds of small packages: what is made, what is compared, and what bad builds are told."""

from __future__ import annotations

import os
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._build import plan_build
from noxkit.engine._build_deliver import deliver
from noxkit.engine._build_output import clean_lines, failure_reason, warnings_in
from noxkit.rules import load_families
from noxkit.rules._base import Scope
from tests._trees import Repo, clean_environ
from tests.rules._trees import examples

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report

OWN = """\
import gzip, io, os, pathlib, tarfile, zipfile

NAME, VERSION = "demo", "1.0"
META = f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: "

def hook(step):
    space = {"step": step, "version": VERSION}
    if os.path.exists("hook.py"):
        exec(pathlib.Path("hook.py").read_text(), space)
    return space["version"]

def paths():
    found = sorted(p for p in pathlib.Path(".").rglob("*") if p.is_file())
    return [p.as_posix() for p in found if "__pycache__" not in p.parts and ".git" not in p.parts]

def build_sdist(folder, settings=None):
    version = hook("sdist")
    stem = f"{NAME}-{version}"
    with open(os.path.join(folder, f"{stem}.tar.gz"), "wb") as raw:
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed, tarfile.open("x", "w", fileobj=packed) as tar:
            for path in [*paths(), "PKG-INFO"]:
                data = f"{META}{version}\\n".encode() if path == "PKG-INFO" else pathlib.Path(path).read_bytes()
                entry = tarfile.TarInfo(f"{stem}/{path}")
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
    return f"{stem}.tar.gz"

def build_wheel(folder, settings=None, metadata=None):
    version = hook("wheel")
    stem = f"{NAME}-{version}"
    files = {p: pathlib.Path(p).read_bytes() for p in paths() if p.startswith("demo/")}
    files[f"{stem}.dist-info/METADATA"] = f"{META}{version}\\n".encode()
    tags = b"Wheel-Version: 1.0\\nGenerator: own 1\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[f"{stem}.dist-info/WHEEL"] = tags
    files[f"{stem}.dist-info/RECORD"] = b""
    with zipfile.ZipFile(os.path.join(folder, f"{stem}-py3-none-any.whl"), "w") as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return f"{stem}-py3-none-any.whl"
"""
SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n'
PROJECT = '[project]\nname = "demo"\nversion = "1.0"\n'
ONCE = "[tool.noxkit.build]\nreproducible = false\n"
LEGACY = "from setuptools import setup\nimport demo\nsetup(name=demo.NAME, version='1.0')\n"
MEMBERS = '[tool.uv.workspace]\nmembers = ["a"]\n'
KIND = '[[tool.noxkit.kinds]]\nname = "tool"\npaths = ["."]\n'
SDIST, WHEEL = "dist/demo-1.0.tar.gz", "dist/demo-1.0-py3-none-any.whl"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty folder in an environment with a network, of which nothing but the index is asked."""
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", UV_PYTHON_DOWNLOADS="never"))


def own(hook: str = "", *, options: str = ONCE, **files: str) -> dict[str, str]:
    """A package whose build backend lies in it and needs nothing; `hook` runs in each step."""
    more = {"hook.py": hook} if hook else {}
    base = {"pyproject.toml": SYSTEM + PROJECT + options, "own.py": OWN, "demo/__init__.py": '"""Demo."""\n'}
    return {**base, **more, **files}


def build(repo: Repo, *arguments: str, **given: str) -> Report:
    return repo.run(*arguments, planner=plan_build, session="build", given=given)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def outcome(report: Report) -> Outcome:
    (only,) = report.tasks
    return only


def names(repo: Repo) -> list[str]:
    folder = repo.root / "dist"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


BACKENDS = {
    "hatchling": ("hatchling", "hatchling.build"),
    "uv": ("uv_build>=0.9,<1", "uv_build"),
    "flit": ("flit_core", "flit_core.buildapi"),
    "setuptools": ("setuptools", "setuptools.build_meta"),
}


@pytest.mark.parametrize(
    ("backend", "found"),
    [
        ("hatchling", set[str]()),
        ("uv", set[str]()),
        ("flit", {"NK-REPRO-WHEEL", "NK-REPRO-SDIST"}),
        ("setuptools", {"NK-REPRO-WHEEL", "NK-REPRO-SDIST"}),
    ],
)
def test_a_backend_builds_sdist_and_wheel(repo: Repo, backend: str, found: set[str]) -> None:
    requires, entry = BACKENDS[backend]
    system = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{entry}"\n'
    repo.write(
        {
            "pyproject.toml": f'{system}{PROJECT}description = "Demo."\nrequires-python = ">=3.10"\n',
            "src/demo/__init__.py": '"""Demo."""\n',
        }
    )
    repo.write({"build/lib/demo/stale.py": "", "src/demo.egg-info/SOURCES.txt": "src/demo/stale.py\n"})
    report = build(repo)
    assert codes(report) == found
    assert report.status is Status.PASSED, "times and modes alone are no error"
    assert [file.name for file in report.files] == [SDIST, WHEEL]
    assert names(repo) == ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"]
    assert str(outcome(report).evidence["backend"]).startswith(backend)
    assert "demo/__init__.py" in zipfile.ZipFile(repo.root / WHEEL).namelist()
    assert "demo/stale.py" not in zipfile.ZipFile(repo.root / WHEEL).namelist()
    assert {file.name for file in repo.root.iterdir()} - {".nox"} == {"build", "dist", "pyproject.toml", "src"}
    timely = [finding.hint for finding in report.findings if "source-date-epoch" in finding.hint]
    assert bool(timely) == (backend == "flit")


@pytest.mark.parametrize("builder", ["uv", "build"])
def test_a_package_with_a_backend_of_its_own(repo: Repo, builder: str) -> None:
    repo.write(own(options=f'[tool.noxkit.build]\nbuilder = "{builder}"\n'))
    report = build(repo)
    assert (report.status, report.findings) == (Status.PASSED, ()), outcome(report)
    assert outcome(report).evidence["builder"] == builder
    assert {file.name for file in report.files} == {SDIST, WHEEL}
    assert any("made dist/demo-1.0.tar.gz" in note for note in report.notes)


FAILING = {
    "raises": ("raise ValueError('no such table')", "NK-BUILD-FAILS", "ValueError: no such table"),
    "exits": ("raise SystemExit(3)", "NK-BUILD-FAILS", "cannot be built"),
    "dies": ("os = __import__('os'); os.kill(os.getpid(), 9)", "NK-BUILD-FAILS", "cannot be built"),
    "from-the-sdist": (
        "import os\nif os.path.exists('PKG-INFO'): raise RuntimeError('no git here')",
        "NK-SDIST-BUILD-FAILS",
        "RuntimeError: no git here",
    ),
    "prints-much": ("print('x' * 120 + '\\n', end='', flush=True)\nfor _ in range(1500): print('y' * 99999)\n1/0",
                    "NK-BUILD-FAILS", "ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.parametrize(("hook", "code", "said"), FAILING.values(), ids=FAILING)
def test_a_build_that_fails_is_an_error_with_its_reason(repo: Repo, hook: str, code: str, said: str) -> None:
    repo.write({**own(hook), "dist/demo-1.0.tar.gz": "of an earlier build"})
    report = build(repo)
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.path) == (code, Severity.ERROR, "pyproject.toml")
    assert said in finding.message
    assert str(repo.root.parent) not in finding.message + finding.hint
    assert (report.files, names(repo)) == ((), ["demo-1.0.tar.gz"])
    assert report.exit_code == 1


def test_a_build_that_hangs_is_ended(repo: Repo) -> None:
    repo.write(own("__import__('time').sleep(60)", options=f"[tool.noxkit]\ntimeout = 2\n{ONCE}"))
    report = build(repo)
    (finding,) = report.findings
    assert finding.code == "NK-BUILD-FAILS"
    assert "no end within the time limit" in finding.message
    assert report.seconds < 20


def test_a_backend_that_makes_nothing(repo: Repo) -> None:
    files = own()
    files["own.py"] = "def build_sdist(folder, settings=None):\n    return 'demo-1.0.tar.gz'\n"
    assert codes(build(repo.write(files))) == {"NK-BUILD-FAILS"}


@pytest.mark.parametrize(
    ("hook", "status", "said"),
    [
        pytest.param(
            "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/x', timeout=2)",
            Status.INCONCLUSIVE,
            "the build needs a network",
            id="refused",
        ),
        pytest.param("print('Connection refused, tried again')", Status.PASSED, "", id="only-talks-of-it"),
    ],
)
def test_a_build_that_needs_a_network_which_is_not_there(repo: Repo, hook: str, status: Status, said: str) -> None:
    done = outcome(build(repo.write(own(hook))))
    assert (done.status, said in (done.reason or "")) == (status, True)
    assert bool(done.hint) == (status is Status.INCONCLUSIVE)


NOWHERE = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0", "UV_CACHE_DIR": "{empty}"}


@pytest.mark.parametrize(
    ("requirement", "given", "status", "found"),
    [
        pytest.param(
            "hatchling", {"UV_OFFLINE": "1", "UV_CACHE_DIR": "{empty}"}, Status.INCONCLUSIVE, set[str](), id="offline"
        ),
        pytest.param("hatchling", NOWHERE, Status.INCONCLUSIVE, set[str](), id="no-answer"),
        pytest.param("hatchling<0.0.1", {}, Status.FAILED, {"NK-BUILD-FAILS"}, id="no-such-version"),
        pytest.param("hatchling @ nowhere", {}, Status.FAILED, {"NK-BUILD-FAILS"}, id="no-requirement"),
    ],
)
def test_a_backend_that_cannot_be_installed(
    repo: Repo, tmp_path: Path, requirement: str, given: dict[str, str], status: Status, found: set[str]
) -> None:
    files = own()
    files["pyproject.toml"] = files["pyproject.toml"].replace("requires = []", f'requires = ["{requirement}"]')
    report = build(repo.write(files), **{name: value.format(empty=tmp_path / "empty") for name, value in given.items()})
    assert (report.status, codes(report)) == (status, found)
    assert all("hatchling" in finding.message for finding in report.findings)
    assert status is not Status.INCONCLUSIVE or outcome(report).hint


def test_a_build_gets_no_credentials_and_a_home_of_its_own(repo: Repo) -> None:
    hook = (
        "import os, pathlib\npathlib.Path(os.path.expanduser('~/.left')).write_text('x')\n"
        "pathlib.Path('demo/env.py').write_text(repr([os.environ.get('ACME_TOKEN')]))\n"
    )
    report = build(repo.write(own(hook)), ACME_TOKEN="t0p")  # noqa: S106 -- the name of a variable
    assert report.findings == ()
    assert zipfile.ZipFile(repo.root / WHEEL).read("demo/env.py") == b"[None]"
    assert not (repo.root.parent / "home" / ".left").exists()
    assert not (repo.root / "demo" / "env.py").exists()


ESCAPES = {
    "beside": ("open('../left.txt', 'w').write('x')", True),
    "the-tree-itself": ("open(r'{root}/left.txt', 'w').write('x')", True),
    "a-file-of-the-tree": ("open(r'{root}/demo/__init__.py', 'a').write('#')", True),
    "its-own-folder": ("open('demo/made.py', 'w').write('x = 1')", False),
    "its-build-folder": ("import os; os.makedirs('build', exist_ok=True); open('build/x', 'w').write('x')", False),
    "the-temporary-folder": ("import tempfile; tempfile.mkstemp()", False),
}


@pytest.mark.parametrize("committed", [False, True], ids=["plain", "git"])
@pytest.mark.parametrize(("hook", "fires"), ESCAPES.values(), ids=ESCAPES)
def test_a_build_that_writes_outside_of_its_folder(repo: Repo, hook: str, *, fires: bool, committed: bool) -> None:
    repo.write(own(hook.format(root=repo.root)))
    if committed:
        repo.write({".gitignore": "dist/\n"}).commit()
    elif "left.txt" in hook and "{root}" in hook:
        return  # without git only the files that were there are known
    assert codes(build(repo)) == ({"NK-BUILD-WRITES-OUTSIDE"} if fires else set())


DIFFERING = {
    "hash-seed": ("text = repr(list({'a%d' % n for n in range(40)}))", "content", False),
    "folder": ("import os; text = os.getcwd()", "path", False),
    "clock": ("import time; text = repr(time.time_ns())", "content", False),
    "epoch": ("import os, time; text = os.getenv('SOURCE_DATE_EPOCH') or repr(time.time_ns())", "content", True),
    "file-times": ("import os; text = repr(os.stat('demo/__init__.py').st_mtime)", "content", False),
    "umask": ("import os; text = oct(os.umask(0))", "content", False),
    "name": ("import os; name = 'made%d.py' % os.getpid(); text = ''", "missing", False),
}  # fmt: skip


@pytest.mark.parametrize(("hook", "cause", "mended"), DIFFERING.values(), ids=DIFFERING)
def test_a_second_build_that_differs(repo: Repo, hook: str, cause: str, *, mended: bool) -> None:
    write = "\nimport pathlib\nif step == 'wheel': pathlib.Path('demo', name).write_text(text)"
    report = build(repo.write(own(f"name = 'made.py'\n{hook}{write}", options="")))
    found = [finding for finding in report.findings if finding.code == "NK-REPRO-WHEEL"]
    assert len(found) == 1, report.findings
    assert f"({cause})" in found[0].message
    assert found[0].severity is Severity.ERROR
    assert (found[0].path or "").startswith(f"{WHEEL}/demo/made")
    assert ("source-date-epoch" in found[0].hint) == mended


def test_equal_builds_of_which_only_the_sdist_differs(repo: Repo) -> None:
    hook = "import pathlib, time\nif step == 'sdist': pathlib.Path('now.txt').write_text(repr(time.time_ns()))"
    report = build(repo.write(own(hook, options="")))
    assert codes(report) == {"NK-REPRO-SDIST"}


def test_the_time_of_the_build_is_seen_in_two_builds_of_the_same_second(repo: Repo) -> None:
    files = own(options="")
    files["own.py"] = OWN.replace("mtime=0", "mtime=None")
    (finding,) = build(repo.write(files)).findings
    assert (finding.code, finding.path) == ("NK-REPRO-SDIST", SDIST)
    assert finding.severity is Severity.WARNING
    assert "(time)" in finding.message


@pytest.mark.parametrize(
    ("hook", "member", "said"),
    [
        pytest.param("step == 'sdist' and at('gone.json').unlink()", "demo/gone.json", "from the tree only",
                     id="missing"),
        pytest.param("step == 'sdist' and at('new.py').write_text('')", "demo/new.py", "from the sdist only",
                     id="added"),
        pytest.param("at('gone.json').write_text(str(at('../PKG-INFO').exists()))", "demo/gone.json",
                     "other content", id="content"),
    ],
)  # fmt: skip
def test_the_wheel_from_the_sdist_differs(repo: Repo, hook: str, member: str, said: str) -> None:
    repo.write({**own(f"import pathlib\nat = pathlib.Path('demo').joinpath\n{hook}"), "demo/gone.json": "{}"})
    (finding,) = build(repo).findings
    assert (finding.code, finding.path) == ("NK-SDIST-WHEEL-DIFFERS", f"{WHEEL}/{member}")
    assert said in finding.message


VERSION = (
    "import subprocess\nif not __import__('os').path.exists('PKG-INFO'):\n"
    "    said = subprocess.check_output(['git', 'describe', '--tags', '--dirty'], text=True)\n"
    "    version = said.strip()[1:].replace('-', '+')\n"
    "else:\n    version = open('PKG-INFO').read().split()[-1]\n"
)


@pytest.mark.parametrize("below", [False, True], ids=["at-the-top", "below-the-top"])
def test_the_version_is_read_from_git_in_the_copy(tmp_path: Path, *, below: bool) -> None:
    top = Repo(tmp_path / "top", clean_environ(tmp_path / "home"))
    repo = Repo(top.root / "py", top.environ) if below else top
    top.write({"README.md": "x\n"})
    repo.write({**own(VERSION), ".gitignore": "dist/\n"})
    top.commit()
    top.git("tag", "v1.4")
    index = (top.root / ".git" / "index").read_bytes()
    report = build(repo)
    assert report.findings == ()
    assert names(repo) == ["demo-1.4-py3-none-any.whl", "demo-1.4.tar.gz"]
    assert (top.root / ".git" / "index").read_bytes() == index
    repo.write({"demo/__init__.py": "changed\n"})
    assert {file.name for file in build(repo).files} == {
        "dist/demo-1.4+dirty.tar.gz",
        "dist/demo-1.4+dirty-py3-none-any.whl",
    }


def test_what_git_ignores_and_what_links_lead_to_is_built(repo: Repo) -> None:
    repo.write(
        {**own(), ".gitignore": "*.bin\ndist/\n*.pyc\n", "demo/table.bin": "1", "demo/x.pyc": "", "shared/a.py": ""}
    )
    (repo.root / "demo" / "linked").symlink_to("../shared")
    repo.commit()
    assert build(repo).findings == ()
    assert {"demo/table.bin"} < set(zipfile.ZipFile(repo.root / WHEEL).namelist())
    assert "demo/x.pyc" not in zipfile.ZipFile(repo.root / WHEEL).namelist()


def test_members_are_built_side_by_side_and_alone(repo: Repo) -> None:
    for name in ("one", "two"):
        files = own().items()
        repo.write(
            {f"packages/{name}/{path}": text.replace('"demo"', f'"{name}"') for path, text in files if text != ONCE}
        )
        text = (SYSTEM + PROJECT).replace('"demo"', f'"{name}"')
        repo.write({f"packages/{name}/pyproject.toml": text})
    repo.write({"pyproject.toml": f'[tool.uv.workspace]\nmembers = ["packages/*"]\n{ONCE}'})
    assert [file.name for file in build(repo, "--package", "two").files] == [
        "dist/two-1.0.tar.gz",
        "dist/two-1.0-py3-none-any.whl",
    ]
    report = build(repo)
    assert report.findings == ()
    assert {task.package for task in report.tasks} == {"one", "two"}
    assert len(names(repo)) == 4


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        pytest.param("", "0 of 1 packages are published", id="no-build-system"),
        pytest.param(f"{SYSTEM}[tool.noxkit]\nskip = ['build']\n", "in `skip`", id="skipped"),
    ],
)
def test_nothing_to_build_is_not_due(repo: Repo, system: str, reason: str) -> None:
    report = build(repo.write({"pyproject.toml": PROJECT + system}))
    assert reason in (outcome(report).reason or "")
    assert outcome(report).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("files", "named"),
    [
        pytest.param({"setup.py": LEGACY}, "setup.py", id="no pyproject.toml"),
        pytest.param({"setup.py": LEGACY, "pyproject.toml": "[tool.ruff]\n"}, "setup.py", id="tools alone"),
        pytest.param({"setup.py": LEGACY, "pyproject.toml": PROJECT}, "setup.py", id="a project"),
        pytest.param(
            {"pyproject.toml": MEMBERS, "a/setup.py": LEGACY, "a/pyproject.toml": PROJECT},
            "a/setup.py",
            id="a member",
        ),
    ],
)
def test_a_setup_py_of_which_nothing_says_whether_it_is_published_is_inconclusive(
    repo: Repo, files: dict[str, str], named: str
) -> None:
    done = outcome(build(repo.write(files)))
    assert done.status is Status.INCONCLUSIVE
    assert (done.reason or "").endswith(f"beside {named}")
    assert "setuptools.build_meta" in (done.hint or "")


@pytest.mark.parametrize(
    "pyproject",
    [
        pytest.param(PROJECT + 'classifiers = ["Private :: Do Not Upload"]\n', id="private"),
        pytest.param(f"{PROJECT}[tool.uv]\npackage = false\n", id="said to uv"),
        pytest.param(f"{PROJECT}{KIND}publish = false\n", id="said by its kind"),
        pytest.param(f"{PROJECT}[tool.noxkit]\nskip = ['build']\n", id="skipped"),
    ],
)
def test_a_setup_py_that_is_said_not_to_be_published_is_not_due(repo: Repo, pyproject: str) -> None:
    assert outcome(build(repo.write({"setup.py": LEGACY, "pyproject.toml": pyproject}))).status is Status.SKIPPED


def test_a_setup_py_that_builds_nothing_is_not_due(repo: Repo) -> None:
    repo.write({"setup.py": "print('see README')\n", "pyproject.toml": PROJECT})
    assert outcome(build(repo)).status is Status.SKIPPED


def test_the_output_holds_whole_files_of_this_version_and_all_others(repo: Repo) -> None:
    old = [
        "demo-1.0-py2.py3-none-any.whl",
        "demo-1.0-cp312-cp312-linux_x86_64.whl",
        "demo-0.9.tar.gz",
        "other-1.0.tar.gz",
    ]
    repo.write(
        {**own(options=f'{ONCE}output = "out/dist"\n'), **{f"out/dist/{name}": "old" for name in [*old, "notes.txt"]}}
    )
    report = build(repo)
    assert [file.name for file in report.files] == [f"out/{SDIST}", f"out/{WHEEL}"]
    left = {file.name for file in (repo.root / "out" / "dist").iterdir()}
    assert left == {*old[1:], "notes.txt", "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"}
    assert tarfile.is_tarfile(repo.root / "out" / SDIST)
    assert outcome(report).evidence["replaced"] == [f"out/dist/{old[0]}"]


def test_a_file_that_may_not_be_read_is_inconclusive(repo: Repo) -> None:
    repo.write({**own(), "demo/secret.json": "{}"})
    (repo.root / "demo" / "secret.json").chmod(0)
    done = outcome(build(repo))
    if os.geteuid():
        assert (done.status, "demo/secret.json" in (done.reason or "")) == (Status.INCONCLUSIVE, True)
    else:  # root may read everything
        assert done.status is Status.PASSED


def test_an_output_that_cannot_be_written_is_inconclusive(repo: Repo) -> None:
    done = outcome(build(repo.write({**own(), "dist": "a file"})))
    assert (done.status, bool(done.hint)) == (Status.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("there", "made", "left"),
    [
        pytest.param("a-1.zip", "a-1.tar.gz", False, id="sdist-of-another-kind"),
        pytest.param("A.b-1.0.tar.gz", "a_b-1.tar.gz", False, id="sdist-in-another-spelling"),
        pytest.param("a-1.1.tar.gz", "a-1.tar.gz", True, id="another-version"),
        pytest.param("a-1-py3-none-any.whl", "a-1.tar.gz", True, id="wheel-beside-sdist"),
        pytest.param("a-1-py2.py3-none-any.whl", "a-1-py3-none-any.whl", False, id="a-tag-in-common"),
        pytest.param("a-1-2-py3-none-any.whl", "a-1-py3-none-any.whl", True, id="another-build"),
        pytest.param("a-1-cp312-cp312-win_amd64.whl", "a-1-py3-none-any.whl", True, id="another-platform"),
        pytest.param("a-x.tar.gz", "a-1.tar.gz", True, id="no-built-file"),
    ],
)
def test_what_a_file_replaces(tmp_path: Path, there: str, made: str, *, left: bool) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / there).write_text("old")
    (tmp_path / made).write_text("new")
    deliver([tmp_path / made], tmp_path / "dist")
    assert (tmp_path / "dist" / there).exists() == left
    assert {file.name for file in (tmp_path / "dist").iterdir()} == {made, *([there] if left else [])}


SETUPTOOLS = """\
/x/site-packages/setuptools/config/_apply.py:82: SetuptoolsDeprecationWarning: `project.license` as a TOML table is \
deprecated
!!

        ****************************************
        Please use a simple string containing a SPDX expression for `project.license`.

        By 2027-Feb-18, you need to update your project and remove deprecated calls
        or your builds will no longer be supported.
        ****************************************

!!
"""
WARNINGS: dict[str, tuple[str, list[str]]] = {
    "setuptools": (SETUPTOOLS, ["`project.license` as a TOML table is deprecated (to be mended by 2027-Feb-18)"]),
    "twice": (SETUPTOOLS * 2, ["`project.license` as a TOML table is deprecated (to be mended by 2027-Feb-18)"]),
    "missing-dynamic": ("/x/setuptools/a.py:76: _MissingDynamic: `license` is ignored", ["`license` is ignored"]),
    "uv": ('warning: `build_system.requires = ["uv_build"]` is missing an upper bound',
           ['`build_system.requires = ["uv_build"]` is missing an upper bound']),
    "coloured": ("\x1b[33mwarning\x1b[0m: `project.license` is deprecated", ["`project.license` is deprecated"]),
    "manifest": ("warning: no files found matching 'CHANGES.txt'", ["no files found matching 'CHANGES.txt'"]),
    "own-code": ("setup.py:4: DeprecationWarning: use tomllib", ["use tomllib"]),
    "user-warning": ("/x/site-packages/setuptools_scm/a.py:1: UserWarning: version of demo already set",
                     ["version of demo already set"]),
    "inner": ("/x/site-packages/pkg/a.py:1: DeprecationWarning: ast.Str is deprecated", []),
    "interpreter": ("/usr/lib/python3.12/a.py:1: DeprecationWarning: x is deprecated", []),
    "byte-compiling": ("warning: build_py: byte-compiling is disabled, skipping.", []),
    "previously": ("warning: no previously-included files matching '*.pyc' found anywhere in distribution", []),
    "leftovers": ("warning: no files found matching '*.pyc'", []),
    "hardlink": ("warning: Failed to hardlink files; falling back to full copy.", []),
    "copying": ("copying deprecated.py -> build/lib", []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("output", "found"), WARNINGS.values(), ids=WARNINGS)
def test_which_lines_are_warnings(output: str, found: list[str]) -> None:
    assert warnings_in(clean_lines(output.encode())) == found


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Traceback (most recent call last):\n  File \"a\", line 1\n    x\nOSError: gone\nerror: Failed to build `x`",
         "OSError: gone"),
        ("error: command 'gcc' failed with exit code 1\n", "error: command 'gcc' failed with exit code 1"),
        ("  \u00d7 Failed to build `/a`\n  \u2570\u2500\u25b6 Call to `x` failed\n", "the build backend said nothing"),
        ("a\x1b[31mb\x00\n", "ab"),
    ],
)  # fmt: skip
def test_the_reason_of_a_failure(output: str, reason: str) -> None:
    assert failure_reason(clean_lines(output.encode())) == reason


RULES = [rule for family in load_families().values() for rule in family.values() if rule.scope is Scope.BUILD]


@pytest.mark.parametrize("section", ["Fails", "Passes"])
@pytest.mark.parametrize("code", [rule.info.code for rule in RULES])
def test_the_examples_of_a_page_do_what_they_say(repo: Repo, code: str, section: str) -> None:
    page = next(rule.info.page for rule in RULES if rule.info.code == code)
    for files in examples(page, section):
        options = "" if code.startswith("NK-REPRO") else f"\n{ONCE}"
        repo.write({**files, "pyproject.toml": files["pyproject.toml"] + options})
        assert (code in codes(build(repo))) == (section == "Fails")
