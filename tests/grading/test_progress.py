"""Progress: kept in the workspace, sticky where an answer was right once, and never a crash."""

import json

import pytest
import small

from coursekit.authoring.workspace import make_workspace
from coursekit.grading import progress, report
from coursekit.grading.exercise import of_workspace
from coursekit.grading.feedback import Finding


@pytest.fixture
def unit(tmp_path):
    return small.exercise(tmp_path / "course")


def test_a_workspace_is_found_from_within(tmp_path):
    make_workspace(tmp_path / "mine")
    assert progress.workspace(tmp_path / "mine" / "exercises") == tmp_path / "mine"
    assert progress.workspace(tmp_path) is None
    names = [unit.name for unit in of_workspace(tmp_path / "mine")]
    assert "06_gridding" in names and names == sorted(names)


def test_outside_a_workspace_nothing_is_written(unit, tmp_path):
    progress.note(None, unit, {"answer-double": Finding("right")})
    assert not list(tmp_path.rglob("progress"))


def test_right_once_stays_solved_and_tries_are_counted(unit, tmp_path):
    for state in ("not attempted", "wrong", "right", "wrong"):
        progress.note(tmp_path, unit, {"answer-double": Finding(state)})
    (row,) = progress.overview(tmp_path, [unit])
    first, second = row["answers"]
    assert (row["points"], row["out_of"]) == (3, 4)
    assert (first["state"], first["tries"]) == ("wrong", 3) and first["solved"]
    assert (second["state"], second["tries"], second["solved"]) == ("not attempted", 0, None)
    states = list(report.progress_table([row]).columns[2].cells)
    assert states[0].plain.startswith("wrong now, right on 20")
    json.dumps(row)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"answer-double": 3}', '"x"'])
def test_a_spoiled_file_is_begun_anew(unit, tmp_path, content):
    path = tmp_path / ".coursekit" / "progress" / "01_small.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    progress.note(tmp_path, unit, {"answer-double": Finding("right")})
    assert progress.of(tmp_path, "01_small")["answer-double"]["tries"] == 1
