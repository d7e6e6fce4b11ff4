# SPDX-License-Identifier: Apache-2.0
"""A program that runs deptry over many members in one process, an interpreter's start for each of which costs more.

    python _deptry_members.py ORDER.json

It runs in deptry's own environment, with the project's packages on PYTHONPATH, and prints one JSON document.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any


def run_member(folder: str, arguments: list[str]) -> dict[str, Any]:
    """What deptry finds in one member, started in its folder; `error` is set where it did not come to its end."""
    cli = importlib.import_module("deptry.cli").cli
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        answer = Path(scratch) / "answer.json"
        code: object = None
        try:
            os.chdir(folder)
            cli.main([".", "--no-ansi", "--json-output", str(answer), *arguments], standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
        except BaseException as error:  # noqa: BLE001 -- one member must not take the others with it
            line = traceback.format_exception_only(type(error), error)[-1].strip()
            return {"folder": folder, "error": f"{line} {said.getvalue().strip()}".strip()}
        if code not in {None, 0, 1} or not answer.is_file():
            return {"folder": folder, "error": said.getvalue().strip() or f"exit code {code}"}
        return {"folder": folder, "violations": json.loads(answer.read_text(encoding="utf-8"))}


def main(order: str) -> int:
    """Run every member of the order; 1 where one of them has findings."""
    # This file's folder holds a module of deptry's name; only Python 3.11 and newer can be told to leave it out.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    root = Path.cwd()
    members: list[dict[str, Any]] = []
    for member in json.loads(Path(order).read_text(encoding="utf-8")):
        members.append({**run_member(str(root / member["folder"]), member["arguments"]), "folder": member["folder"]})
        os.chdir(root)
    sys.stdout.write(json.dumps({"deptry-members": 1, "members": members}))
    return int(any(member.get("violations") for member in members))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
