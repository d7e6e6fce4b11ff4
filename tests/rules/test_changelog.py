# SPDX-License-Identifier: Apache-2.0
"""Rules on changelogs: planted defects in many spellings, and look-alikes that stay silent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from noxkit.rules._changelog import entry_hint

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

KIND = '[[tool.noxkit.kinds]]\nname = "package"\npaths = ["."]\nrequired-files = ["{}"]\n'


def manifest(version: str, required: str = "CHANGELOG.md") -> str:
    stated = f'version = "{version}"' if version else 'dynamic = ["version"]'
    return f'[project]\nname = "acme"\n{stated}\n{KIND.format(required)}'


VERSIONS = [
    pytest.param("1.2.3", "CHANGELOG.md", "## [1.2.30] - 2026-01-01\n", True, id="the longer version is another"),
    pytest.param("1.2", "CHANGELOG.md", "## [1.2.3] - 2026-01-01\n", True, id="a prefix of another"),
    pytest.param("1.2.3", "CHANGELOG.md", "## [Unreleased]\n", True, id="only what is not released"),
    pytest.param("1.2.3", "CHANGELOG.md", "# 1.0\n\nWhat 1.2.3 will bring.\n", True, id="in text alone"),
    pytest.param("1.2.3", "CHANGELOG.md", "```\n## 1.2.3\n```\n", True, id="in a block of code"),
    pytest.param("1.2.3", "CHANGELOG.md", "<!--\n## 1.2.3\n-->\n# x\n", True, id="in a comment"),
    pytest.param("1.2.3", "CHANGES.rst", "1.2.30\n======\n\n1.2.3 in text\n", True, id="a title of another version"),
    pytest.param("1.2.3rc1", "CHANGELOG.md", "## 1.2.3\n", True, id="a candidate is another version"),
    pytest.param("1.2.3", "CHANGELOG.md", "## [1.2.3] - 2026-01-01\n", False, id="keep a changelog"),
    pytest.param("1.2.3", "CHANGELOG.md", "### v1.2.3 (2026-01-01)\n", False, id="with a v and brackets"),
    pytest.param("1.2.3", "CHANGELOG.md", "acme 1.2.3\n----------\n", False, id="a heading that is underlined"),
    pytest.param("1.2", "CHANGELOG.md", "## 1.2.0\n", False, id="equal by PEP 440"),
    pytest.param("1.2.3", "CHANGES.rst", "Version 1.2.3\n=============\n", False, id="reStructuredText"),
    pytest.param("1.2.3", "HISTORY.txt", "1.2.3\n-----\n", False, id="plain text"),
    pytest.param("1.2.4.dev0", "CHANGELOG.md", "## 1.2.3\n", False, id="a development version"),
    pytest.param("", "CHANGELOG.md", "## 1.2.3\n", False, id="a version that the build computes"),
    pytest.param("1.2.3", "CHANGELOG.md", " \n", False, id="an empty file is another rule's"),
]


@pytest.mark.parametrize(("version", "name", "text", "fires"), VERSIONS)
def test_the_version_has_an_entry(rules: RuleTree, version: str, name: str, text: str, fires: bool) -> None:
    found = rules.find("NK-CHANGELOG-VERSION", {"pyproject.toml": manifest(version, name), name: text})
    assert bool(found) == fires
    assert all((finding.path, finding.line) == ("pyproject.toml", 3) for finding in found)


HEADINGS = [
    ("CHANGELOG.md", "# Changes\n", "write the entry `## [1.2] - DAY`"),
    ("CHANGELOG.md", "# Changes\n\n## 1.1 (2026-01-31)\n\n- x\n", "write the entry `## 1.2 (DAY)`"),
    ("CHANGELOG.md", "# v1.1\n\n- x\n", "write the entry `# v1.2`"),
    ("CHANGELOG.md", "## [1.1](x/compare/1.0...1.1) - 2026-01-31\n\n- x\n", "write the entry `## [1.2] - DAY`"),
    ("CHANGELOG.md", "## [Unreleased]\n\n## [1.1] - 2026-01-31\n\n- x\n", "write the entry `## [1.2] - DAY`"),
    (
        "CHANGELOG.md",
        "## [Unreleased]\n\n### Added\n\n- y\n\n## [1.1] - 2026-01-31\n\n- x\n",
        "what has changed stands under `## [Unreleased]`: make that heading `## [1.2] - DAY`",
    ),
    (
        "CHANGES.rst",
        "Changes\n=======\n\nUnreleased\n----------\n\n- y\n\n1.1 (2026-01-31)\n----------------\n\n- x\n",
        "what has changed stands under `Unreleased`: make that heading `1.2 (DAY)`",
    ),
    ("CHANGES.rst", "Unreleased\n----------\n\nVersion 1.1\n-----------\n\n- x\n", "write the entry `Version 1.2`"),
    ("CHANGES", "1.1\n===\n", "write the entry `1.2`"),
    ("CHANGELOG.md", "\0\xff\n## \n#\n", "write the entry"),
]


@pytest.mark.parametrize(("path", "text", "hint"), HEADINGS)
def test_the_entry_that_is_missing_is_written_as_the_others_are(path: str, text: str, hint: str) -> None:
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    assert hint.replace("DAY", today) in entry_hint(path, text.encode(), Version("1.2"))


def test_no_entry_is_asked_for_where_the_kind_asks_for_no_changelog(rules: RuleTree) -> None:
    assert rules.find("NK-CHANGELOG-VERSION", {"CHANGELOG.md": "## 0.1 - 2020-01-01\n"}) == []


SELECTED = '[project]\nname = "acme"\nversion = "1.2.3"\n[tool.noxkit]\nselect = ["NK-CHANGELOG-VERSION"]\n'


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({"CHANGELOG.md": "## 1.2.2\n"}, "no heading of CHANGELOG.md names version `1.2.3`", id="no entry"),
        pytest.param({}, "no changelog names version `1.2.3`", id="no changelog"),
        pytest.param({"CHANGELOG.md": "## 1.2.3\n"}, None, id="an entry"),
    ],
)
def test_select_alone_asks_for_an_entry(rules: RuleTree, files: dict[str, str], message: str | None) -> None:
    found = rules.find("NK-CHANGELOG-VERSION", {"pyproject.toml": SELECTED, **files})
    assert [finding.message for finding in found] == ([message] if message else [])


ADDED = "\n### Added\n\n- A.\n\n"
GOOD = f"# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2025-04-01\n{ADDED}## [1.0.0] - 2025-03-01\n{ADDED}"
LINKS = "[1.1.0]: https://x.io/v1.0.0...v1.1.0\n[1.0.0]: https://x.io/v1.0.0\n[unreleased]: https://x.io/HEAD\n"

DEFECTS = [
    pytest.param("Some text.\n", "no heading of the second level", 1, id="no versions"),
    pytest.param("## Changes\n", "`Changes` is no heading of a version", 1, id="another heading"),
    pytest.param(f"## 1.0.0 2025-03-01\n{ADDED}", "no heading of a version", 1, id="no hyphen before the date"),
    pytest.param(f"## 1.0.0\n{ADDED}", "has no date", 1, id="no date"),
    pytest.param(f"## 1.0.0 - 01.03.2025\n{ADDED}", "no date of ISO 8601", 1, id="a date in German"),
    pytest.param(f"## 1.0.0 - 2025-02-30\n{ADDED}", "no date of ISO 8601", 1, id="a day that does not exist"),
    pytest.param(f"## 1.0.0 - 20250301\n{ADDED}", "no date of ISO 8601", 1, id="a date without hyphens"),
    pytest.param(f"## 1.0.0 - 2199-03-01\n{ADDED}", "in the future", 1, id="a date to come"),
    pytest.param("## 1.0.0 - 2025-03-01\n\n### Fixes\n\n- A.\n", "`Fixes` is no section", 3, id="another section"),
    pytest.param("## 1.0.0 - 2025-03-01\n\n### added\n\n- A.\n", "`added` is no section", 3, id="in small letters"),
    pytest.param(
        f"## 1.0.0 - 2025-03-01\n{ADDED}### Added\n\n- B.\n", "is there twice", 7, id="a section that is there twice"
    ),
    pytest.param("## 1.0.0 - 2025-03-01\n\n### Added\n\n### Fixed\n\n- A.\n", "is empty", 3, id="an empty section"),
    pytest.param("## 1.0.0 - 2025-03-01\n\n- A.\n", "stand in no section", 3, id="changes in no section"),
    pytest.param(
        f"## 1.0.0 - 2025-03-01\n{ADDED}## 1.1.0 - 2025-04-01\n{ADDED}", "which is older", 7, id="oldest first"
    ),
    pytest.param(
        f"## 1.9 - 2025-03-01\n{ADDED}## 1.10 - 2025-04-01\n{ADDED}", "is older", 7, id="as text, not version"
    ),
    pytest.param(
        f"## 1.0.0 - 2025-03-01\n{ADDED}## 1.0 - 2025-03-01\n{ADDED}", "has an entry already", 7, id="the same version"
    ),
    pytest.param(f"## 1.0.0 - 2025-03-01\n{ADDED}## [Unreleased]\n", "stands below a version", 7, id="not on top"),
    pytest.param(
        GOOD + LINKS.replace("v1.0.0...v1.1.0", "v0.9.0...v1.0.0"), "does not name that version", 17, id="a wrong link"
    ),
    pytest.param(GOOD + LINKS + "[0.9.0]: https://x.io/v0.9.0\n", "belongs to no entry", 20, id="a link of no entry"),
    pytest.param(
        GOOD + LINKS.replace("[1.0.0]: https://x.io/v1.0.0\n", ""),
        "is a link without an address",
        11,
        id="one link less",
    ),
    pytest.param(
        GOOD + LINKS + "[1.0.0]: https://x.io/v1.0.0\n", "is defined twice", 20, id="a link that is there twice"
    ),
]


@pytest.mark.parametrize(("text", "message", "line"), DEFECTS)
def test_a_changelog_that_departs_from_the_form(rules: RuleTree, text: str, message: str, line: int) -> None:
    found = rules.find("NK-CHANGELOG-FORMAT", {"CHANGELOG.md": text})
    assert [(finding.path, finding.line) for finding in found if message in finding.message] == [("CHANGELOG.md", line)]
    assert len(found) == 1, [finding.message for finding in found]


SILENT = [
    pytest.param({"CHANGELOG.md": GOOD + LINKS}, id="the form itself"),
    pytest.param({"CHANGELOG.md": f"## [1.0.0] - 2025-03-01\n{ADDED}"}, id="brackets and no link anywhere"),
    pytest.param({"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n### Added\n"}, id="nothing released, no links"),
    pytest.param({"CHANGELOG.md": f"## 1.0.0 - 2025-03-01 [YANKED]\n{ADDED}"}, id="yanked"),
    pytest.param({"CHANGELOG.md": f"## v1.0.0 - 2025-03-01\n{ADDED}"}, id="with a v"),
    pytest.param({"CHANGELOG.md": f"## [1.0.0](https://x.io) - 2025-03-01\n{ADDED}"}, id="a link in place"),
    pytest.param({"CHANGELOG.md": f"## 2.0 - 2025-03-01\n{ADDED}## 1.9 - 2025-04-01\n{ADDED}"}, id="an old branch"),
    pytest.param({"CHANGELOG.md": f"## 1.9 - 2025-04-01\n{ADDED}## 2.0 - 2025-03-01\n{ADDED}"}, id="the same by date"),
    pytest.param({"CHANGELOG.md": "## 1.0 - 2025-03-01\n\nThe first.\n"}, id="a sentence without a section"),
    pytest.param({"CHANGELOG.md": f"```\n## What?\n```\n## 1.0 - 2025-03-01\n{ADDED}"}, id="a heading in code"),
    pytest.param({"CHANGELOG.md": f"<!--\n## What?\n-->\n## 1.0 - 2025-03-01\n{ADDED}"}, id="a heading in a comment"),
    pytest.param({"CHANGELOG.md": f"## 1.0 - 2025-03-01\r\n{ADDED}".replace("\n", "\r\n")}, id="CRLF"),
    pytest.param({"CHANGELOG.md": "\ufeff" + GOOD + LINKS}, id="a byte order mark"),
    pytest.param({"CHANGELOG.md": ""}, id="an empty file is another rule's"),
    pytest.param({"docs/CHANGELOG.md": "## What?\n"}, id="a page of the documentation"),
    pytest.param({"CHANGES.rst": "What\n----\n"}, id="another format"),
]


@pytest.mark.parametrize("files", SILENT)
def test_a_changelog_in_the_form_is_silent(rules: RuleTree, files: dict[str, str]) -> None:
    assert [finding.message for finding in rules.find("NK-CHANGELOG-FORMAT", files)] == []


def test_the_sections_are_an_option(rules: RuleTree) -> None:
    options = '[project]\nname = "a"\nversion = "1"\n[tool.noxkit.rules.changelog]\nsections = ["Neu"]\n'
    files = {"pyproject.toml": options, "CHANGELOG.md": "## 1.0 - 2025-03-01\n\n### Neu\n\n- A.\n"}
    assert rules.find("NK-CHANGELOG-FORMAT", files) == []
