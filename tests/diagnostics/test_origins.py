# SPDX-License-Identifier: Apache-2.0
"""Whether a path is of the tree, or of a built file that stands in it as a folder would."""

from __future__ import annotations

import pytest

from noxkit.diagnostics.origins import inside, is_built, origin_of

WHEEL, SDIST = "dist/a-1.0-py3-none-any.whl", "dist/a-1.0.tar.gz"


@pytest.mark.parametrize(
    ("path", "origin", "within", "built"),
    [
        pytest.param(None, "tree", None, False, id="nowhere"),
        pytest.param("src/a.py", "tree", None, False, id="of-the-tree"),
        pytest.param(WHEEL, "wheel", None, True, id="a-wheel"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "a/b.py", False, id="in-a-wheel"),
        pytest.param(f"{WHEEL}/", "wheel", None, False, id="a-wheel-with-a-slash"),
        pytest.param("a-1.0-py3-none-any.whl/a.py", "wheel", "a.py", False, id="in-a-wheel-of-the-root"),
        pytest.param(f"/srv/{WHEEL}/a.py", "wheel", "a.py", False, id="in-a-wheel-elsewhere"),
        pytest.param(SDIST, "sdist", None, True, id="an-sdist"),
        pytest.param(f"{SDIST}/a-1.0/src/a.py", "sdist", "src/a.py", False, id="in-an-sdist"),
        pytest.param(f"{SDIST}/a-1.0", "sdist", None, False, id="the-folder-of-an-sdist"),
        pytest.param("dist/a-1.0.zip/a-1.0/a.py", "sdist", "a.py", False, id="in-a-zip"),
        pytest.param("dist/a-1.0.tgz", "sdist", None, True, id="another-suffix"),
        pytest.param(f"{WHEEL}/a/inner.whl", "wheel", "a/inner.whl", False, id="a-wheel-in-a-wheel"),
        pytest.param(f"{SDIST}/a-1.0/{WHEEL}/a.py", "sdist", f"{WHEEL}/a.py", False, id="a-wheel-in-an-sdist"),
        pytest.param("src/whl/a.py", "tree", None, False, id="a-folder-called-so"),
        pytest.param("src/.whl", "tree", None, False, id="nothing-but-a-suffix"),
        pytest.param("a.whl.asc", "tree", None, False, id="a-signature"),
        pytest.param("a.tar.gz.publish.attestation", "tree", None, False, id="an-attestation"),
        pytest.param(f"{WHEEL}/a\nb.py", "wheel", "a\nb.py", False, id="a-line-break"),
        pytest.param("WHEEL.WHL", "tree", None, False, id="in-capitals"),
    ],
)
def test_where_a_path_lies(path: str | None, origin: str, within: str | None, *, built: bool) -> None:
    assert origin_of(path) == origin
    if path is not None:
        assert (inside(path), is_built(path)) == (within, built)


def test_a_long_path_is_read_in_no_time() -> None:
    assert origin_of("a.zip" * 20_000 + "/x" * 20_000) in {"tree", "sdist"}
    assert origin_of("/" * 100_000) == "tree"
