"""The guide's commands do what it says, run in order as a reader would."""

import os
import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[1] / "docs" / "writing_exercises.md"
BLOCK = re.compile(r"(<!-- fails -->\n)?```(sh|text)\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_guide_run(tmp_path):
    folder = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    printed, ran = "", 0
    for fails, kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "text":  # what the block before is said to print
            for line in text.splitlines():
                assert " ".join(line.split()) in printed, line
            continue
        done = subprocess.run(["bash", "-e", "-c", text], cwd=tmp_path, env=environment,
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == bool(fails), f"{text}{done.stdout}{done.stderr}"
        printed, ran = " ".join(done.stdout.split()), ran + 1
    assert ran >= 6


def test_the_guide_lists_each_role():
    from coursekit.authoring.notebook import ROLES

    text = GUIDE.read_text(encoding="utf-8")
    assert all(f"| `{role}` |" in text for role in ROLES)
