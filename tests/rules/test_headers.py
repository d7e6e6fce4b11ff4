# SPDX-License-Identifier: Apache-2.0
"""Licence headers in the comments of many languages: present, absent, altered, and written where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from noxkit.rules import load_families
from noxkit.rules._facts import Settings
from noxkit.rules._source import read_text_file
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

CODE = "NK-LICENSE-HEADER"
TEXT = "SPDX-License-Identifier: Apache-2.0"


def configured(text: str = TEXT, paths: str = '["src/**"]') -> str:
    return f"[tool.noxkit.license-header]\ntext = '''{text}'''\npaths = {paths}\n"


PRESENT = [
    pytest.param("a.py", f"# {TEXT}\n", id="alone"),
    pytest.param("a.py", f"#{TEXT}\n", id="without a space"),
    pytest.param("a.py", f"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# {TEXT}\n", id="below the encoding"),
    pytest.param("a.py", f"# Copyright 2024 Acme\n#\n# {TEXT}\nimport os\n", id="below a copyright"),
    pytest.param("a.py", f"\n\n##  {TEXT}  ##\n", id="with decoration"),
    pytest.param("a.py", f'"""Doc."""\n\n# {TEXT}\nimport os\n', id="below the docstring"),
    pytest.param("a.py", f"\ufeff# {TEXT}\n", id="behind a byte order mark"),
    pytest.param("a.py", f"# {TEXT}\r\n\r\nx = 1\r\n", id="with other line ends"),
    pytest.param("a.py", f"# {TEXT}\ndef f(:\n", id="in a file that does not parse"),
    pytest.param("a.pyi", f"# {TEXT}\nx: int\n", id="a stub"),
    pytest.param("a.sh", f"#!/bin/sh\n# {TEXT}\n", id="a shell script"),
    pytest.param("a.js", f"// {TEXT}\n", id="slashes"),
    pytest.param("a.c", f"/* {TEXT} */\nint x;\n", id="a block"),
    pytest.param("a.css", f"/*\n * {TEXT}\n */\n", id="a block of several lines"),
    pytest.param("a.html", f"<!DOCTYPE html>\n<!-- {TEXT} -->\n<html></html>\n", id="markup"),
    pytest.param("a.xml", f'<?xml version="1.0"?>\n<!--\n  {TEXT}\n-->\n<a/>\n', id="below a declaration"),
    pytest.param("a.md", f"---\ntitle: a\n---\n\n<!-- {TEXT} -->\n", id="below front matter"),
    pytest.param("a.sql", f"-- {TEXT}\nSELECT 1;\n", id="dashes"),
    pytest.param("a.el", f";;; {TEXT}\n", id="semicolons"),
    pytest.param("Dockerfile", f"# syntax=docker/dockerfile:1\n# {TEXT}\nFROM x\n", id="a Dockerfile"),
]


@pytest.mark.parametrize(("path", "text"), PRESENT)
def test_a_header_in_any_comment_at_the_top_is_no_finding(rules: RuleTree, path: str, text: str) -> None:
    assert rules.find(CODE, {"pyproject.toml": configured(), f"src/{path}": text}) == []


def test_nothing_is_asked_where_no_header_is_configured(rules: RuleTree) -> None:
    assert rules.find(CODE, {"src/a.py": "x = 1\n"}) == []


def test_python_stubs_and_shell_are_asked_by_default(rules: RuleTree) -> None:
    files = {"a.py": "", "b.pyi": "", "c.sh": "", "d.js": "", "e.md": "", "f.toml": ""}
    found = rules.find(CODE, {"pyproject.toml": f'[tool.noxkit.license-header]\ntext = "{TEXT}"\n', **files})
    assert [finding.path for finding in found] == ["a.py", "b.pyi", "c.sh"]


WRITTEN = [
    pytest.param("a.py", "", f"# {TEXT}\n", id="an empty file"),
    pytest.param("a.py", '"""Doc."""\n', f'# {TEXT}\n"""Doc."""\n', id="above a docstring"),
    pytest.param("a.py", "import os\n", f"# {TEXT}\n\nimport os\n", id="above an import"),
    pytest.param("a.py", "# text\nx = 1\n", f"# {TEXT}\n\n# text\nx = 1\n", id="above a comment"),
    pytest.param("a.py", "\nx = 1\n", f"# {TEXT}\n\nx = 1\n", id="above a blank line"),
    pytest.param("a.py", "#!/usr/bin/python\nx = 1\n", f"#!/usr/bin/python\n# {TEXT}\n\nx = 1\n", id="below a shebang"),
    pytest.param("a.py", "#!/usr/bin/python", f"#!/usr/bin/python\n# {TEXT}\n", id="below a shebang alone"),
    pytest.param("a.py", "# coding: utf-8\nx = 1\n", f"# coding: utf-8\n# {TEXT}\n\nx = 1\n", id="below an encoding"),
    pytest.param(
        "a.py",
        "#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\nx = 1\n",
        f"#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n# {TEXT}\n\nx = 1\n",
        id="below both",
    ),
    pytest.param("a.py", "\ufeffx = 1\r\n", f"\ufeff# {TEXT}\r\n\r\nx = 1\r\n", id="with mark and other line ends"),
    pytest.param("a.py", f'x = """\n# {TEXT}\n"""\n', f'# {TEXT}\n\nx = """\n# {TEXT}\n"""\n', id="not in a string"),
    pytest.param("a.py", f"x = 1\n# {TEXT}\n", f"# {TEXT}\n\nx = 1\n# {TEXT}\n", id="not below code"),
    pytest.param(
        "a.py",
        '# /// script\n# dependencies = []\n# ///\n"""Doc."""\n',
        f'# {TEXT}\n\n# /// script\n# dependencies = []\n# ///\n"""Doc."""\n',
        id="above a script block",
    ),
    pytest.param("a.sh", "#!/bin/bash\nset -e\n", f"#!/bin/bash\n# {TEXT}\n\nset -e\n", id="a shell script"),
    pytest.param("run", "#!/bin/bash\nset -e\n", f"#!/bin/bash\n# {TEXT}\n\nset -e\n", id="a script by its shebang"),
    pytest.param("a.js", "let x;\n", f"// {TEXT}\n\nlet x;\n", id="slashes"),
    pytest.param("a.css", '@charset "utf-8";\na {}\n', f'@charset "utf-8";\n/* {TEXT} */\n\na {{}}\n', id="a block"),
    pytest.param(
        "a.html", "<!doctype html>\n<p>\n", f"<!doctype html>\n<!-- {TEXT} -->\n\n<p>\n", id="below a doctype"
    ),
    pytest.param("a.md", "---\nt: a\n---\n# A\n", f"---\nt: a\n---\n<!-- {TEXT} -->\n\n# A\n", id="below front matter"),
    pytest.param("a.sql", "SELECT 1;\n", f"-- {TEXT}\n\nSELECT 1;\n", id="dashes"),
    pytest.param("a.el", "(f)\n", f";; {TEXT}\n\n(f)\n", id="semicolons"),
    pytest.param(
        "Dockerfile",
        "# syntax=docker/dockerfile:1\nFROM x\n",
        f"# syntax=docker/dockerfile:1\n# {TEXT}\n\nFROM x\n",
        id="below a directive",
    ),
]


@pytest.mark.parametrize(("path", "before", "after"), WRITTEN)
def test_an_absent_header_is_written_where_it_belongs(rules: RuleTree, path: str, before: str, after: str) -> None:
    found = fixed(rules, CODE, {"pyproject.toml": configured(), f"src/{path}": before})
    assert found[f"src/{path}"].decode() == after


def test_a_file_in_another_encoding_keeps_it(rules: RuleTree) -> None:
    before = "# coding: latin-1\nx = 'ä'\n".encode("latin-1")
    after = fixed(rules, CODE, {"pyproject.toml": configured(), "src/a.py": before})["src/a.py"]
    assert after == f"# coding: latin-1\n# {TEXT}\n\nx = 'ä'\n".encode("latin-1")


LINES = "Copyright 2024 Acme\n\nAll of it is free."
SEVERAL = [
    pytest.param("a.py", "x = 1\n", "# Copyright 2024 Acme\n#\n# All of it is free.\n\nx = 1\n", id="lines"),
    pytest.param("a.c", "int x;\n", "// Copyright 2024 Acme\n//\n// All of it is free.\n\nint x;\n", id="slashes"),
    pytest.param(
        "a.css", "a {}\n", "/*\n * Copyright 2024 Acme\n *\n * All of it is free.\n */\n\na {}\n", id="a block"
    ),
    pytest.param("a.md", "# A\n", "<!--\nCopyright 2024 Acme\n\nAll of it is free.\n-->\n\n# A\n", id="markup"),
]


@pytest.mark.parametrize(("path", "before", "after"), SEVERAL)
def test_a_header_of_several_lines_is_one_comment(rules: RuleTree, path: str, before: str, after: str) -> None:
    files = {"pyproject.toml": configured(LINES), f"src/{path}": before}
    assert fixed(rules, CODE, files)[f"src/{path}"].decode() == after


ALTERED = [
    pytest.param(TEXT, "a.py", "# SPDX-License-Identifier:Apache-2.0\n", f"# {TEXT}\n", id="a space"),
    pytest.param(TEXT, "a.py", "# spdx-license-identifier: apache-2.0\n", f"# {TEXT}\n", id="the case"),
    pytest.param(TEXT, "a.py", "# SPDX-Licence-Identifier: Apache-2.0.\n", f"# {TEXT}\n", id="the spelling"),
    pytest.param(
        "Copyright 2026 Acme", "a.js", "/* Copyright (2019) Acme */\n", "/* Copyright 2026 Acme */\n", id="the year"
    ),
    pytest.param(
        "Copyright 2019-2026 Acme", "a.py", "# Copyright 2019 Acme\n", "# Copyright 2019-2026 Acme\n", id="years"
    ),
    pytest.param("© 2026 Acme", "a.py", "# (c) 2026 Acme\n", "# © 2026 Acme\n", id="a sign"),
    pytest.param(
        LINES,
        "a.c",
        "/*\n * Copyright 2020, 2021 ACME\n *\n * All of it is free\n */\n",
        "/*\n * Copyright 2024 Acme\n *\n * All of it is free.\n */\n",
        id="a block",
    ),
    pytest.param(
        TEXT,
        "a.py",
        "# Copyright 2020 X\n# SPDX-License-Identifier:  Apache 2.0\n",
        f"# Copyright 2020 X\n# {TEXT}\n",
        id="below another line",
    ),
]


@pytest.mark.parametrize(("header", "path", "before", "after"), ALTERED)
def test_the_same_header_of_another_year_or_spelling_is_replaced(
    rules: RuleTree, header: str, path: str, before: str, after: str
) -> None:
    files = {"pyproject.toml": configured(header), f"src/{path}": before}
    [finding] = rules.find(CODE, files)
    assert "altered" in finding.message
    assert fixed(rules, CODE, files)[f"src/{path}"].decode() == after


OTHERS = [
    pytest.param("a.py", "# SPDX-License-Identifier: MIT\n", id="another licence"),
    pytest.param("a.py", "# SPDX-License-Identifier: Apache-2.0+\n", id="a later version"),
    pytest.param("a.py", f"# {TEXT} OR MIT\n", id="a choice"),
    pytest.param("a.py", "# Copyright 2020 Somebody\n", id="a copyright"),
    pytest.param("a.py", '"""Doc."""\n\n# Copyright 2020 Somebody\nimport os\n', id="below the docstring"),
    pytest.param("a.js", "/*!\n * Released under the MIT license\n */\n", id="a sentence"),
    pytest.param("a.py", "# All rights reserved.\n", id="rights"),
    pytest.param("a.unknown", "text\n", id="an unknown language"),
    pytest.param("a.json", "{}\n", id="a language without comments"),
    pytest.param("a.sql", b"SELECT '\xe4';\n", id="an unknown encoding"),
]


@pytest.mark.parametrize(("path", "text"), OTHERS)
def test_what_is_not_proven_is_shown_and_never_touched(rules: RuleTree, path: str, text: str | bytes) -> None:
    [finding] = rules.find(CODE, {"pyproject.toml": configured(), f"src/{path}": text})
    assert finding.fix is FixSafety.DISPLAY
    assert not finding.actions
    assert TEXT in finding.hint


@pytest.mark.parametrize(
    ("header", "path", "text"),
    [
        pytest.param("coding: ascii", "a.py", "x = 1\n", id="an encoding"),
        pytest.param("a --> b", "a.md", "text\n", id="the end of a block"),
        pytest.param("© 2024 Acme", "a.py", "# coding: ascii\n", id="a sign that the encoding lacks"),
    ],
)
def test_a_header_that_would_be_more_than_a_comment_is_not_written(
    rules: RuleTree, header: str, path: str, text: str
) -> None:
    [finding] = rules.find(CODE, {"pyproject.toml": configured(header), f"src/{path}": text})
    assert finding.fix is FixSafety.DISPLAY


def test_a_python_file_that_does_not_parse_is_not_touched() -> None:
    file = read_text_file("a.py", b"def f(:\n", settings=Settings(), license_header=TEXT)
    [finding] = load_families()["headers"][CODE](file)
    assert "does not parse" in finding.hint
    assert not finding.actions
