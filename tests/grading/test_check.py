"""`check`: the notebook's words from a fresh kernel, whatever the notebook holds."""

import nbformat
import pytest
import small

from coursekit.grading import assemble, check, progress, report, run
from coursekit.grading.exercise import UnknownExercise


@pytest.fixture
def hand_in(tmp_path):
    """Check the small exercise with the given answers; the workspace is `tmp_path`."""
    unit = small.exercise(tmp_path)
    (tmp_path / ".coursekit").mkdir()

    def _hand_in(double, total=unit.solution["answer-total"]):
        path = tmp_path / "exercises" / "mine.ipynb"
        path.parent.mkdir(exist_ok=True)
        made = unit.handed_in({"answer-double": double, "answer-total": total})
        nbformat.write(made, path)
        return check.check(path)

    return _hand_in


def test_it_says_what_the_notebook_says(hand_in, tmp_path):
    checked = hand_in("def double(n):\n    return [2 * k if k < 5 else 0 for k in n]")
    assert checked.words["answer-double"][1:] == [
        "double(numbers=[5])", "There 1 of 1 entries is wrong: [0]"
    ]
    assert checked.words["answer-total"] == [
        "total: right. It agrees with the solution on every input tried."
    ]
    assert not checked.right and list(checked.pictures) == ["answer-double"]
    lines = list(report.lines_of_check(checked, 1, tmp_path / "pictures"))
    assert f"picture: {tmp_path / 'pictures' / '01_small-double.png'}" in lines
    assert (tmp_path / "pictures/01_small-double.png").read_bytes().startswith(b"\x89PNG")
    assert "hint 1 of 2, look at two: What is twice 2?" in lines
    assert not any(line.startswith("hint 2") for line in lines)
    assert lines[-1] == "01_small: 1 of 2 answers right, 1 of 4 points"
    kept = progress.of(tmp_path, "01_small")
    assert kept["answer-double"]["state"] == "wrong" and kept["answer-total"]["solved"]


def test_a_misconception_is_named_and_a_stub_not_attempted(hand_in, tmp_path):
    unit = small.exercise(tmp_path)
    checked = hand_in("def double(n):\n    return np.asarray(n) ** 2", unit.stubs["answer-total"])
    assert "a misconception: the square." in checked.words["answer-double"][0]
    assert checked.words["answer-total"] == ["total: not attempted yet."]
    assert not checked.pictures


@pytest.mark.parametrize(("source", "said"), [
    ("def double(n):\n    while True:\n        pass", "it ran for too long"),
    ("def double(n):\n    import os; os._exit(0)", "it ended the kernel"),
    ("def double(n:", "did not run through"),
    ("def graded(*a, **k):\n    return lambda draw: None", "fails"),
])
def test_what_breaks_a_run_is_said_and_costs_no_other_answer(hand_in, monkeypatch, source, said):
    monkeypatch.setattr(check, "_LIMITS", run.Limits(cell=3))
    checked = hand_in(source)
    if said == "fails":  # it broke the set-up for its own other answers too
        assert not checked.right
    else:
        assert said in checked.words["answer-double"][0]
        assert checked.findings["answer-total"].state == "right"


def test_a_foreign_file_is_refused(tmp_path):
    small.exercise(tmp_path)
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    with pytest.raises(assemble.Unreadable):
        check.check(path)
    cell = nbformat.v4.new_code_cell("1")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(UnknownExercise, match="does not say which exercise it is"):
        check.check(path)
    made = nbformat.v4.new_notebook(cells=[cell], metadata={"coursekit": {"unit": "../../etc"}})
    nbformat.write(made, path)
    with pytest.raises(UnknownExercise, match=r"no exercise '../../etc'"):
        check.check(path)
