# SPDX-License-Identifier: Apache-2.0
"""What rules see of a file: its comments are those of the tokenizer, wherever they stand."""

from __future__ import annotations

import io
import tokenize

import pytest

from noxkit.rules._facts import Settings
from noxkit.rules._source import read_source

TEXTS = [
    pytest.param("#!/bin/sh\n# a\n\nx = 1  # b\n", id="the module"),
    pytest.param("# only\n", id="nothing else"),
    pytest.param("def f(a,  # a\n      b):  # b\n    # c\n    return a  # d\n# e\nx = 1\n", id="a function"),
    pytest.param("class A:  # a\n    # b\n    def f(self):\n        pass  # c\n\n    # d\n# e\n", id="a class"),
    pytest.param("@f  # a\n@(\n    # b\n    g\n)\ndef f(): pass  # c\n", id="decorators"),
    pytest.param("def f(a='''\n#'''): return 1  # a\n", id="a text that ends before a body"),
    pytest.param("def f(a=(\n  1)): return 1  # a\n", id="a bracket that ends before a body"),
    pytest.param("x = 1; y = '''\n#'''; z = 2  # a\n", id="several on a line"),
    pytest.param("x = 1; \\\n y = 2  # a\n", id="a line that goes on"),
    pytest.param("class A: x = 1  # a\n", id="a class on one line"),
    pytest.param("def f():\n    '''Doc. # no\n# no\n    '''\n    x = '#'  # a\n", id="texts"),
    pytest.param('x = f"{1!r:#>{2}}"  # a\ny = f"""{\n1\n} # no"""\n', id="f-strings"),
    pytest.param("if x:\n    def f():\n        pass  # a\nelse:\n    pass  # b\n", id="branches"),
    pytest.param("def f():\n\tpass  # a\n\t# b\n", id="tabs"),
    pytest.param("def f():\r\n    pass  # a\r\n# b\r\n", id="line ends of Windows"),
    pytest.param("\x0cdef f():\n    ä = 'ö'; ü = 1  # ß\n\x0c\n# b\n", id="form feeds and more than ASCII"),
    pytest.param("def f():\n    pass  # no end", id="no end of the last line"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_comments_are_those_of_the_tokenizer(text: str) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    expected = [(*each.start, each.string) for each in tokens if each.type == tokenize.COMMENT]
    source = read_source("a.py", text.encode(), settings=Settings())
    assert [(each.line, each.column, each.text) for each in source.comments] == expected
