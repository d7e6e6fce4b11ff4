# SPDX-License-Identifier: Apache-2.0
"""Runs the tools again on every recorded tree, and writes what they print now.

    PYTHONPATH=src python -m tests.tools.record FOLDER [TOOL[/CASE]…]

FOLDER holds an environment for each tool (`FOLDER/ruff/bin/ruff`). A new case is a JSON file with
`files` and `job`. Records with `"by_hand": true` come from an older version or a service, and are left alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from noxkit.tasks.process import Runner
from noxkit.tools import load_tools
from noxkit.workspace.discovery import discover
from tests.tools.conftest import DATA, ROOT, job_of, write_tree


def record(file: Path, environments: Path) -> None:
    """Run the tool of one record on its tree and write its output into it."""
    data = json.loads(file.read_text(encoding="utf-8"))
    if data.get("by_hand"):
        return
    tool = load_tools()[file.parent.name]
    program = environments / tool.distribution.partition("[")[0] / "bin" / tool.executable
    with tempfile.TemporaryDirectory(prefix="recorded") as folder:
        root = Path(folder, "tree").resolve()
        root.mkdir()
        write_tree(root, data["files"])
        job = job_of(discover(root), data["job"], executable=program)
        done = Runner(root=root).run(tool.command(job), task=tool.name, environment=tool.environment_for(job))
        data["returncode"] = done.returncode
        for key, content in (("stdout", done.stdout), ("stderr", done.stderr)):
            data[key] = content.decode("utf-8", "surrogateescape").replace(str(root), ROOT)
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    wanted = sys.argv[2:]
    for found in sorted(DATA.glob("*/*.json")):
        name = f"{found.parent.name}/{found.stem}"
        if not wanted or found.parent.name in wanted or name in wanted:
            record(found, Path(sys.argv[1]))
