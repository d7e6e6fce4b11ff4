# SPDX-License-Identifier: Apache-2.0
"""What distributions state of their licence, in every way that people do, and the three answers."""

from __future__ import annotations

import pytest
from trove_classifiers import classifiers

from noxkit.rules._license_names import (
    AMBIGUOUS,
    expression_of_classifier,
    expression_of_file,
    expression_of_text,
    name_of_classifier,
    plain,
)
from noxkit.rules._licensing import Answer, judge, read_policy, stated_by

YES, NO, MAYBE = Answer.ALLOWED, Answer.DENIED, Answer.UNKNOWN
OSI = "License :: OSI Approved :: "
MIT = """MIT License

Copyright (c) 2024 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
BSD = """Copyright (c) 2020, Somebody
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
   disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
   disclaimer in the documentation and/or other materials provided with the distribution.
{third}
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY,
OR CONSEQUENTIAL DAMAGES ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH
DAMAGE.
"""
BSD3 = BSD.format(
    third="3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or "
    "promote products derived from this software without specific prior written permission.\n"
)
BSD2 = BSD.format(third="")
BSD4 = BSD.format(
    third="3. All advertising materials mentioning features or use of this software must display an acknowledgement.\n"
)
ISC = """ISC License

Copyright (c) 2020 Somebody

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby
granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
"""

# Expression, text, classifiers, files of the licence: the expressions beyond doubt, and the field they stand in.
STATED: dict[str, tuple[str | None, str | None, list[str], list[str], tuple[str, ...], str]] = {
    "expression": ("MIT", None, [], [], ("MIT",), "License-Expression"),
    "expression-in-other-case": ("mit OR apache-2.0", None, [], [], ("MIT OR Apache-2.0",), "License-Expression"),
    "expression-before-the-rest": (
        "MIT", "GPL", [f"{OSI}Apache Software License"], [], ("MIT",), "License-Expression"),
    "expression-that-is-none": ("MIT-ish", None, [], [], (), "License-Expression"),
    "expression-that-is-none-is-not-mended": ("MIT/Apache", "MIT", [f"{OSI}MIT License"], [], (), "License-Expression"),
    "expression-of-spaces": ("  ", "MIT", [], [], ("MIT",), "License"),
    "reference": ("LicenseRef-Acme", None, [], [], ("LicenseRef-Acme",), "License-Expression"),
    "classifier": (None, None, [f"{OSI}MIT License"], [], ("MIT",), "classifiers"),
    "classifier-before-the-text": (None, "proprietary", [f"{OSI}MIT License"], [], ("MIT",), "classifiers"),
    "two-classifiers": (
        None, None, [f"{OSI}MIT License", f"{OSI}Mozilla Public License 2.0 (MPL 2.0)"], [], ("MIT", "MPL-2.0"),
        "classifiers"),
    "classifier-that-names-none": (None, "MIT", ["License :: OSI Approved"], [], ("MIT",), "License"),
    "classifier-of-several-licences": (None, None, [f"{OSI}BSD License"], [], (), "classifiers"),
    "classifier-of-several-and-a-text": (
        None, "BSD-3-Clause", [f"{OSI}BSD License"], [], ("BSD-3-Clause",), "License"),
    "one-classifier-beyond-doubt-and-one-not": (
        None, None, [f"{OSI}MIT License", f"{OSI}BSD License"], [], (), "classifiers"),
    "other-classifiers": (None, None, ["Programming Language :: Python"], [], (), ""),
    "text": (None, "Apache License, Version 2.0", [], [], ("Apache-2.0",), "License"),
    "text-that-is-an-expression": (None, "MIT OR Apache-2.0", [], [], ("MIT OR Apache-2.0",), "License"),
    "text-unknown": (None, "UNKNOWN", [], [], (), ""),
    "text-empty": (None, "", [], [], (), ""),
    "text-of-a-sentence": (None, "MIT, see LICENSE for more", [], [], (), "License"),
    "text-of-two": (None, "MIT/X11", [], [], (), "License"),
    "text-negated": (None, "not MIT", [], [], (), "License"),
    "whole-text": (None, MIT, [], [], ("MIT",), "License"),
    "whole-text-indented": (None, MIT.replace("\n", "\n        "), [], [], ("MIT",), "License"),
    "whole-text-and-more": (None, MIT + "\nYou must not use it for evil.\n", [], [], (), "License"),
    "whole-text-with-a-condition": (
        None, MIT.replace("subject to the", "but not for evil, subject to the"), [], [], (), "License"),
    "nothing": (None, None, [], [], (), ""),
    "nothing-but-a-file": (None, None, [], [MIT], ("MIT",), "the licence's text"),
    "file-does-not-mend-an-expression": ("MIT-ish", None, [], [MIT], (), "License-Expression"),
    "file-settles-what-the-name-leaves-open": (
        None, None, [f"{OSI}BSD License"], [BSD3], ("BSD-3-Clause",), "the licence's text"),
    "file-settles-the-text": (None, "BSD", [], [BSD2], ("BSD-2-Clause",), "the licence's text"),
    "file-of-another-licence": (None, "BSD", [], [MIT], (), "License"),
    "file-that-is-no-known-one": (None, "BSD", [], [BSD4], (), "License"),
    "two-files": (None, "BSD", [], [BSD3, MIT], (), "License"),
    "file-does-not-overrule": (None, "MIT", [], [BSD3], ("MIT",), "License"),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "text", "listed", "files", "found", "field"), STATED.values(), ids=STATED)
def test_what_a_distribution_states(
    expression: str | None, text: str | None, listed: list[str], files: list[str], found: tuple[str, ...], field: str
) -> None:
    stated = stated_by(expression, text, listed, files)
    assert (stated.expressions, stated.field) == (found, field)
    assert (stated.doubt is None) == bool(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(MIT, "MIT", id="mit"),
        pytest.param(MIT.replace("MIT License\n\n", ""), "MIT", id="mit-without-title"),
        pytest.param(MIT.replace("MIT License", "The MIT License (MIT)"), "MIT", id="mit-by-its-long-title"),
        pytest.param(MIT.replace('"', "\u201c"), "MIT", id="curly-quotes"),
        pytest.param(BSD3, "BSD-3-Clause", id="bsd-3"),
        pytest.param(BSD2, "BSD-2-Clause", id="bsd-2"),
        pytest.param(BSD4, None, id="bsd-4"),
        pytest.param(ISC, "ISC", id="isc"),
        pytest.param(MIT + BSD3, None, id="two"),
        pytest.param("MIT License\n", None, id="only-a-title"),
        pytest.param(MIT * 20, None, id="many-times"),
        pytest.param("x" * 1_000_000, None, id="a-megabyte"),
        pytest.param("redistribution and use in source and binary forms, " * 90, None, id="a-start-again-and-again"),
    ],
)
def test_which_licence_a_text_is(text: str, found: str | None) -> None:
    assert expression_of_file(text) == found


def test_the_text_of_this_repository_is_known(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "LICENSE").read_text(encoding="utf-8")
    assert expression_of_file(text) == "Apache-2.0"
    assert expression_of_file(text.replace("perpetual", "temporary")) is None


@pytest.mark.parametrize("classifier", sorted(each for each in classifiers if each.startswith("License :: ")))
def test_every_licence_classifier_is_one_licence_or_open(classifier: str) -> None:
    expression = expression_of_classifier(classifier)
    if expression is not None:
        assert expression_of_text(expression) == expression
        assert plain(str(name_of_classifier(classifier))) not in AMBIGUOUS


ALLOW = ["MIT", "Apache-2.0", "BSD License", "LicenseRef-Acme", "GPL-2.0-only WITH Classpath-exception-2.0"]
DENY = ["GPL-3.0-only", "AGPL-3.0-or-later", "proprietary"]
ANSWERS: dict[str, tuple[str | None, str | None, list[str], Answer]] = {
    "allowed": ("MIT", None, [], YES),
    "denied": ("GPL-3.0-only", None, [], NO),
    "neither": ("ISC", None, [], MAYBE),
    "or-of-allowed-and-denied": ("MIT OR GPL-3.0-only", None, [], YES),
    "or-of-denied-and-neither": ("ISC OR GPL-3.0-only", None, [], MAYBE),
    "or-of-denied": ("AGPL-3.0-or-later OR GPL-3.0-only", None, [], NO),
    "and-of-allowed": ("MIT AND Apache-2.0", None, [], YES),
    "and-of-allowed-and-neither": ("MIT AND ISC", None, [], MAYBE),
    "and-of-allowed-and-denied": ("MIT AND GPL-3.0-only", None, [], NO),
    "and-of-neither-and-denied": ("ISC AND GPL-3.0-only", None, [], NO),
    "nested": ("(MIT OR GPL-3.0-only) AND Apache-2.0", None, [], YES),
    "nested-denied": ("MIT AND (AGPL-3.0-or-later OR GPL-3.0-only)", None, [], NO),
    "or-binds-less-than-and": ("MIT OR GPL-3.0-only AND ISC", None, [], YES),
    "exception-to-an-allowed-one": ("Apache-2.0 WITH LLVM-exception", None, [], YES),
    "exception-to-a-denied-one": ("GPL-3.0-only WITH GCC-exception-3.1", None, [], NO),
    "exception-that-is-allowed": ("GPL-2.0-only WITH Classpath-exception-2.0", None, [], YES),
    "without-the-exception-that-is-allowed": ("GPL-2.0-only", None, [], MAYBE),
    "or-later-of-a-denied-one": ("GPL-3.0-or-later", None, [], MAYBE),
    "only-of-a-denied-one": ("AGPL-3.0-only", None, [], MAYBE),
    "reference": ("LicenseRef-Acme", None, [], YES),
    "reference-in-another-case": ("licenseref-acme", None, [], MAYBE),
    "name-as-it-is-allowed": (None, None, [f"{OSI}BSD License"], YES),
    "name-in-another-spelling": (None, "the  bsd license", [], YES),
    "name-as-it-is-denied": (None, "Proprietary", [], NO),
    "name-that-contains-one": (None, "MIT-like", [], MAYBE),
    "name-that-contains-a-denied-one": (None, "no proprietary parts", [], MAYBE),
    "nothing": (None, None, [], MAYBE),
    "two-classifiers-of-which-one-is-allowed": (
        None, None, [f"{OSI}MIT License", f"{OSI}ISC License (ISCL)"], YES),
    "no-expression": ("MIT or so", None, [], MAYBE),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "text", "listed", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer(expression: str | None, text: str | None, listed: list[str], answer: Answer) -> None:
    policy = read_policy(ALLOW, DENY, {}, level="standard", source="here")
    verdict = judge(policy, "demo", "1.0", stated_by(expression, text, listed))
    assert verdict.answer is answer
    assert verdict.reason


@pytest.mark.parametrize(
    ("deny", "expression", "answer"),
    [
        pytest.param("GPL-3.0-only", "MIT", YES, id="another"),
        pytest.param("GPL-3.0-only", "GPL-3.0-only", NO, id="the-one"),
        pytest.param("GPL-3.0-only", "GPL-3.0-or-later", MAYBE, id="its-or-later"),
        pytest.param("GPL-3.0-or-later", "GPL-3.0-only", MAYBE, id="its-only"),
        pytest.param("GPLv3", "GPL-3.0-only", NO, id="by-a-name-of-it"),
        pytest.param("gnu general public license v3 (gplv3)", "GPL-3.0-only", NO, id="by-the-name-of-its-classifier"),
        pytest.param("gpl v3", "GPL-3.0-only", NO, id="by-a-name-of-two-words"),
        pytest.param("GPL-3.0-only", "GPL-2.0-only", YES, id="another-version"),
        pytest.param("GPL-3.0-only", "LGPL-3.0-only", YES, id="another-family"),
        pytest.param("GPL", "GPL-3.0-only", MAYBE, id="a-name-for-several"),
        pytest.param("GNU General Public License", "GPL-2.0-or-later", MAYBE, id="a-long-name-for-several"),
        pytest.param("LGPL", "GPL-2.0-or-later", YES, id="a-name-for-several-others"),
        pytest.param("BSD", "BSD-3-Clause", MAYBE, id="bsd"),
        pytest.param("MIT OR GPL-3.0-only", "MIT OR GPL-3.0-only", NO, id="an-expression"),
        pytest.param("MIT OR GPL-3.0-only", "MIT", YES, id="a-part-of-an-expression"),
        pytest.param("GPL-3.0-only", "MIT-ish", MAYBE, id="no-expression"),
    ],
)
def test_a_policy_that_only_denies_allows_the_rest_but_for_near_misses(
    deny: str, expression: str, answer: Answer
) -> None:
    policy = read_policy([], [deny], {}, level="standard", source="here")
    assert judge(policy, "demo", "1.0", stated_by(expression, None, [])).answer is answer


@pytest.mark.parametrize(
    ("allow", "expression", "answer"),
    [
        pytest.param("MIT OR Apache-2.0", "MIT OR Apache-2.0", YES, id="the-same-expression"),
        pytest.param("MIT OR Apache-2.0", "MIT", MAYBE, id="a-part-of-it"),
        pytest.param("mit license", "MIT", YES, id="a-name"),
        pytest.param("Apache", "Apache-2.0", MAYBE, id="a-name-for-several"),
        pytest.param("GPL-3.0-or-later", "GPL-3.0-only", MAYBE, id="only-of-or-later"),
    ],
)
def test_a_policy_may_name_licences_as_people_do(allow: str, expression: str, answer: Answer) -> None:
    policy = read_policy([allow], [], {}, level="standard", source="here")
    assert judge(policy, "demo", "1.0", stated_by(expression, None, [])).answer is answer


TWO = [f"{OSI}MIT License", f"{OSI}GNU General Public License v3 (GPLv3)"]
OPEN = [f"{OSI}MIT License", f"{OSI}ISC License (ISCL)"]


@pytest.mark.parametrize(
    ("level", "listed", "answer"),
    [
        ("standard", TWO, YES),
        ("cautious", TWO, NO),
        ("paranoid", TWO, NO),
        ("standard", OPEN, YES),
        ("cautious", OPEN, YES),
        ("paranoid", OPEN, MAYBE),
        ("PARANOID", OPEN, MAYBE),
        ("unheard-of", TWO, YES),
    ],
)
def test_the_level_says_how_several_licences_are_taken(level: str, listed: list[str], answer: Answer) -> None:
    policy = read_policy(ALLOW, DENY, {}, level=level, source="here")
    assert judge(policy, "demo", "1.0", stated_by(None, None, listed)).answer is answer


@pytest.mark.parametrize(
    ("packages", "version", "answer"),
    [
        pytest.param({"demo": ""}, "1.0", YES, id="every-version"),
        pytest.param({"demo": "==1.0"}, "1.0", YES, id="this-version"),
        pytest.param({"demo": "==1.0"}, "1.0.0", YES, id="in-another-spelling"),
        pytest.param({"demo": "<1"}, "1.0", NO, id="another-version"),
        pytest.param({"demo": ">=1"}, "2.0rc1", YES, id="a-pre-release"),
        pytest.param({"De.Mo": ""}, "1.0", NO, id="another-name"),
        pytest.param({"DEMO": ""}, "1.0", YES, id="the-name-in-another-case"),
        pytest.param({"demo": "one"}, "1.0", NO, id="no-specifier"),
        pytest.param({"demo": "*"}, "1.0", NO, id="a-star"),
    ],
)
def test_a_distribution_is_allowed_by_name_and_version(packages: dict[str, str], version: str, answer: Answer) -> None:
    policy = read_policy(ALLOW, DENY, packages, level="standard", source="here")
    assert judge(policy, "demo", version, stated_by("GPL-3.0-only", None, [])).answer is answer


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("(" * 5000 + "MIT" + ")" * 5000, id="deep"),
        pytest.param(" OR ".join(["MIT"] * 5000), id="long"),
        pytest.param("MIT AND (" * 150 + "MIT" + ")" * 150, id="nested"),
        pytest.param("MIT OR", id="half"),
        pytest.param("MIT WITH MIT", id="exception-that-is-none"),
        pytest.param("\ud800 \x00", id="no-text"),
        pytest.param("__import__('os')", id="code"),
    ],
)
def test_any_expression_has_an_answer(expression: str) -> None:
    policy = read_policy(["MIT"], [], {}, level="standard", source="here")
    assert judge(policy, "demo", "1.0", stated_by(expression, expression, [])).answer in {YES, MAYBE}
