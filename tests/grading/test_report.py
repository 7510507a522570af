"""The gradebook, for submissions with names that mean harm."""

import csv
import io
import json

import pytest
from rich.console import Console

from coursekit.grading import report
from coursekit.grading.run import Record


def record(name, note="", outcome="pass"):
    return Record(
        submission=name, exercise="06_gridding", outcomes={"answer-a": outcome},
        points={"answer-a": 3 * (outcome == "pass")}, misconceptions={}, out_of=3,
        notes=[note] * bool(note), seed=1,
    )


def _printed(*records):
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(report.table(list(records)))
    return console.export_text()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "a,b", 'a"b', "a\nb", "[red]a"])
def test_a_name_cannot_become_a_formula_or_another_row(tmp_path, name):
    book = report.write(tmp_path, [record(name, note=name)])
    with book.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["submission"].lstrip("'") == name
    assert row["submission"][0] not in "=+-@"
    assert row["total"] == "3"


def test_markup_and_control_characters_are_shown_not_obeyed():
    for name in ("[bold]x[/bold]", r"x\[/b]"):
        assert name in _printed(record(name))
    (line,) = report.notes([record("[red]x", note="a\x1b[2Jb"), record("y")])
    assert line.plain == "[red]x: a?[2Jb" and not line.spans


@pytest.mark.parametrize("name", ["caf\udce9", "x" * 1000, "a/" * 300])
def test_no_name_is_too_strange_to_be_written(tmp_path, name):
    report.prepare(tmp_path)
    report.write(tmp_path, [record(name)])
    report.write_record(tmp_path, record(name))
    (path,) = (tmp_path / "records").iterdir()
    assert json.loads(path.read_text())["submission"] == name


def test_names_that_look_alike_have_records_of_their_own(tmp_path):
    report.prepare(tmp_path)
    for name in ("a/b", "a__b", "a_b", "a b"):
        report.write_record(tmp_path, record(name))
    assert len(list((tmp_path / "records").iterdir())) == 4


def test_a_record_stays_in_its_folder(tmp_path):
    report.prepare(tmp_path)
    report.write_record(tmp_path, record("../../escape"))
    (path,) = tmp_path.rglob("*.json")
    assert path.parent == tmp_path / "records"
    assert json.loads(path.read_text())["submission"] == "../../escape"


def test_outcomes_stand_beside_their_points():
    text = _printed(
        record("x"), record("y", outcome="killed"), record("z", outcome="not attempted")
    )
    assert "0 killed" in text and "3/3" in text and "0/3" in text
