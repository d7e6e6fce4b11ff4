# SPDX-License-Identifier: Apache-2.0
"""auditwheel: recorded outputs, which wheels it is given, and what a policy keeps."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["auditwheel"]
WHEEL = "dist/demo-1.0-cp312-cp312-{}.whl"


def packed(files: dict[str, bytes]) -> dict[str, str]:
    """A zip as a file of a tree."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return {"latin-1": made.getvalue().decode("latin-1")}


SMALL = packed({"a": b"a"})


def answer(path: str, said: str, code: int = 0) -> Completed:
    """What the program for several wheels prints, where auditwheel says this of one."""
    defined: dict[str, list[str]] = {}
    line = {"path": path, "code": code, "said": said, "error": None, "defined": defined}
    return Completed(("x",), 0, json.dumps(line).encode(), b"", 0.1)


@pytest.mark.parametrize(
    ("case", "status", "files", "told"),
    [
        ("clean", Status.PASSED, 1, []),
        ("newer_symbols", Status.PASSED, 1, ["it needs `GLIBC_2.25`"]),
        ("external_library", Status.PASSED, 1, ["it needs `libdemofoo.so.1`"]),
        ("nothing_native", Status.PASSED, 1, []),
        ("musl", Status.PASSED, 1, []),
        ("in_purelib", Status.INCONCLUSIVE, 1, []),
        ("broken_elf", Status.INCONCLUSIVE, 1, []),
        ("several", Status.INCONCLUSIVE, 2, ["it needs `GLIBC_2.25`"]),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], case: str, status: Status, files: int, told: list[str]
) -> None:
    outcome = recorded(f"auditwheel/{case}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert len(outcome.findings) == len(told)
    assert all(text in finding.message for text, finding in zip(told, outcome.findings, strict=True))


def test_a_finding_names_what_is_claimed_and_what_is_kept(recorded: Callable[[str], Recorded]) -> None:
    (found,) = recorded("auditwheel/newer_symbols").outcome.findings
    assert (found.code, found.severity) == ("NK-MANYLINUX-VIOLATION", Severity.ERROR)
    assert found.message == (
        "the wheel is tagged `manylinux2014_x86_64` and `manylinux_2_17_x86_64`, "
        "and keeps only `manylinux_2_26_x86_64`: it needs `GLIBC_2.25`"
    )
    assert found.path == WHEEL.format("manylinux2014_x86_64.manylinux_2_17_x86_64")


def test_of_several_wheels_the_one_that_is_not_read_is_named(recorded: Callable[[str], Recorded]) -> None:
    reason = recorded("auditwheel/several").outcome.reason or ""
    assert reason.startswith(WHEEL.format("manylinux_2_28_x86_64"))


POLICIES = {
    "the same": ("manylinux_2_17_x86_64", "manylinux_2_17_x86_64", False),
    "a former name": ("manylinux_2_17_x86_64", "manylinux2014_x86_64", False),
    "a stricter one": ("manylinux_2_5_x86_64", "manylinux2010_x86_64", False),
    "one that is a little newer": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", True),
    "numbers, not text": ("manylinux_2_5_x86_64", "manylinux_2_17_x86_64", False),
    "numbers, not text, the other way": ("manylinux_2_17_x86_64", "manylinux_2_5_x86_64", True),
    "the oldest": ("manylinux_2_12_x86_64", "manylinux1_x86_64", True),
    "no policy": ("linux_x86_64", "manylinux_2_39_x86_64", True),
    "no policy of musl": ("linux_x86_64", "musllinux_1_2_x86_64", True),
    "a newer musl": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64", True),
    "an older musl": ("musllinux_1_1_x86_64", "musllinux_1_2_x86_64", False),
    "the other C library": ("manylinux_2_5_x86_64", "manylinux_2_5_x86_64.musllinux_1_1_x86_64", False),
}


@pytest.mark.parametrize(("kept", "claimed", "fires"), POLICIES.values(), ids=POLICIES)
def test_what_is_kept_is_compared_with_each_claim(
    make_job: Callable[..., Job], kept: str, claimed: str, *, fires: bool
) -> None:
    path = WHEEL.format(claimed)
    shown = {"version": 1, "wheel": path, "pure": False, "overall_tag": kept, "unsupported_isa": False}
    outcome = TOOL.conclude(make_job({path: SMALL}, paths=[path]), answer(path, json.dumps(shown)))
    assert (outcome.status, bool(outcome.findings)) == (Status.PASSED, fires)


WORSE = {
    "another version of the schema": ('{"version": 2}', 0, Status.INCONCLUSIVE),
    "no policy named": ('{"version": 1, "wheel": "x"}', 0, Status.INCONCLUSIVE),
    "nothing said": ("", 0, Status.INCONCLUSIVE),
    "another exit code": ('{"version": 1, "overall_tag": "manylinux_2_5_x86_64"}', 2, Status.INCONCLUSIVE),
    "no JSON": ("Traceback", 0, Status.CRASHED),
}


@pytest.mark.parametrize(("said", "code", "status"), WORSE.values(), ids=WORSE)
def test_what_is_not_its_answer_is_no_pass(make_job: Callable[..., Job], said: str, code: int, status: Status) -> None:
    path = WHEEL.format("manylinux_2_17_x86_64")
    assert TOOL.conclude(make_job({path: SMALL}, paths=[path]), answer(path, said, code)).status is status


def test_an_answer_about_another_wheel_is_none(make_job: Callable[..., Job]) -> None:
    path = WHEEL.format("manylinux_2_17_x86_64")
    job = make_job({path: SMALL}, paths=[path])
    assert TOOL.conclude(job, answer("x.whl", "{}")).status is Status.CRASHED


GIVEN: dict[str, tuple[str, Any, bool]] = {
    "manylinux": (WHEEL.format("manylinux_2_28_x86_64"), SMALL, True),
    "musllinux": (WHEEL.format("musllinux_1_2_x86_64"), SMALL, True),
    "one of several tags": (WHEEL.format("linux_x86_64.manylinux1_x86_64"), SMALL, True),
    "plain Linux": (WHEEL.format("linux_x86_64"), SMALL, False),
    "macOS": (WHEEL.format("macosx_11_0_arm64"), SMALL, False),
    "pure": ("dist/demo-1.0-py3-none-any.whl", SMALL, False),
    "an sdist": ("dist/demo-1.0.tar.gz", SMALL, False),
    "no file name of a wheel": ("dist/demo-manylinux_2_28_x86_64.whl", SMALL, False),
    "no zip": (WHEEL.format("manylinux_2_28_x86_64"), "garbage", False),
    "a bomb": (WHEEL.format("manylinux_2_28_x86_64"), packed({"a": bytes(80 << 20)}), False),
}


@pytest.mark.parametrize(("path", "content", "due"), GIVEN.values(), ids=GIVEN)
def test_it_is_given_wheels_that_claim_a_policy_and_can_be_unpacked(
    repository: Callable[[dict[str, Any]], Repository], path: str, content: object, *, due: bool
) -> None:
    made = repository({path: content})
    assert (TOOL.not_due(made, (path,)) is None) is due
    assert TOOL.planned(made, (path,)) == due


def test_the_command_names_these_wheels_alone(make_job: Callable[..., Job]) -> None:
    paths = [path for path, _, _ in GIVEN.values() if "linux" in path]
    command = TOOL.command(make_job({WHEEL.format("manylinux_2_28_x86_64"): SMALL}, paths=paths))
    assert command[3:] == ["auditwheel", "show", "--json", "--", *[WHEEL.format("manylinux_2_28_x86_64")] * 3]
