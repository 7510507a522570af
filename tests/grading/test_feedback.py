"""What a learner is told, in the words that notebook and command share, and never more."""

import nbformat
import numpy as np
import pytest
import small

from coursekit.authoring.notebook import read_source
from coursekit.grading import compare, feedback, key, progress, run
from coursekit.grading.emit import SEED, outcome
from coursekit.grading.exercise import Exercise


@pytest.fixture
def unit(tmp_path):
    return small.exercise(tmp_path)


@pytest.fixture
def tell(unit):
    """Finding and words for a function in place of `double`."""
    question = unit.questions[0]
    right = key.compute(unit, SEED, feedback.ROUNDS, only=question.graded)[question.graded]
    _, calls = key.trial_of(unit, question, SEED, feedback.ROUNDS)

    def _tell(function):
        finding = feedback.judge(right, [outcome(function, given) for given in calls])
        return finding, feedback.words(unit, question, right, finding), right

    return _tell


def test_a_right_answer_is_told_so(tell):
    finding, words, _ = tell(lambda numbers: [2 * n for n in numbers])
    assert finding.state == "right" and finding.tried == 200
    assert words == ["double: right. It agrees with the solution on every input tried."]


def test_a_stub_is_not_attempted(tell):
    def stub(numbers):
        raise NotImplementedError("write your answer here")

    finding, words, _ = tell(stub)
    assert finding.state == "not attempted" and words == ["double: not attempted yet."]


def test_a_misconception_is_told_by_its_name_and_its_sentence(tell, unit):
    finding, words, _ = tell(lambda numbers: [n * n for n in numbers])
    assert finding.misconception == "misconception-the-square"
    assert "the square" in words[0]
    assert words[1] == ("Yours squares the numbers. Twice 2 and 2 squared are both 4, which is why "
                        "the example could not tell.")


def test_another_wrong_answer_is_shown_the_smallest_failing_input(tell):
    finding, words, right = tell(lambda numbers: [2 * n if n < 5 else 0 for n in numbers])
    assert finding.misconception is None and 0 < finding.wrong < finding.tried
    assert right.calls[finding.case] == "double(numbers=[5])" == words[1]
    assert words[2] == "There 1 of 1 entries is wrong: [0]"


@pytest.mark.parametrize(("function", "said"), [
    (lambda numbers: None, "There it returns None, and an array is wanted."),
    (lambda numbers: "text", "There it returns text, and an array is wanted."),
    (lambda numbers: 7, "There it returns a number of shape (), and another shape is wanted."),
    (lambda numbers: [1, *numbers], "returns an array of shape (2,), and another shape is wanted."),
    (lambda numbers: numbers[1], "There it raises IndexError: list index out of range"),
    (lambda numbers: set(numbers), "There it returns a set; numbers, text and arrays can be"),
    (lambda numbers: {"a": 1}, "There it returns a dictionary, and an array is wanted."),
])
def test_how_it_differs_is_said_in_words(tell, function, said):
    finding, words, _ = tell(function)
    assert said in words[2]
    assert finding.state == ("raises" if "raises" in said else "wrong")


def test_expected_values_are_never_shown(unit, tell):
    """Whatever is wrong, neither words nor picture hold a number that only the solution has."""
    secret = 7919
    finding, _, right = tell(lambda numbers: [n + 1 for n in numbers])
    right.expected[finding.case]["data"] = outcome(lambda: np.full(1, secret), ())["data"]
    drawn = feedback.drawing(unit.questions[0], right, finding)
    again = feedback.words(unit, unit.questions[0], right, finding)
    assert str(secret) not in " ".join(again) + drawn.alt
    right.expected[finding.case]["data"] = outcome(lambda: np.full(1, 10007), ())["data"]
    assert feedback.drawing(unit.questions[0], right, finding).png == drawn.png


def test_an_answer_may_spoil_its_arguments(tell):
    def spoils(numbers):
        doubled = [2 * n for n in numbers]
        numbers.clear()
        return doubled

    assert tell(spoils)[0].state == "right"


def test_the_drawing_marks_what_is_wrong(unit, tell):
    finding, _, right = tell(lambda numbers: [2 * n if n < 5 else 0 for n in numbers])
    drawn = feedback.drawing(unit.questions[0], right, finding)
    assert drawn.alt == ("A call of double. numbers: 5; double returned: 0; marked wrong, by row "
                         "and column: [0, 0].")
    assert drawn.png.startswith(b"\x89PNG") and 'alt="A call of double.' in drawn.html


# ---- in a notebook


@pytest.fixture
def notebook(unit, monkeypatch, capsys):
    """Run the exercise's cells as its notebook does, in a workspace; give back what was said."""
    root = unit.source.path.parent.parent
    (root / "exercises").mkdir()
    (root / ".coursekit").mkdir()
    monkeypatch.chdir(root / "exercises")
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)

    def _notebook(answer):
        names = {}
        cells = {cell.id: cell.source for cell in unit.notebook.cells}
        for source in (cells["set-up"], answer, cells["graded-double"]):
            exec(source, names)
        return capsys.readouterr().out, shown

    return _notebook


def test_the_graded_cell_tells_and_keeps_the_score(notebook, unit):
    root = unit.source.path.parent.parent
    for answer, said in (
        ("", "there is no double yet; run the answer's cell first"),
        (unit.stubs["answer-double"], "not attempted yet"),
        ("def double(n): return np.asarray(n) ** 2", "a misconception: the square."),
        ("def double(n): print('loud'); return 2 * np.asarray(n)", "double: right."),
    ):
        text, shown = notebook(answer)
        assert said in text and "loud" not in text and not shown
    kept = progress.of(root, "01_small")["answer-double"]
    assert kept["state"] == "right" and kept["tries"] == 2 and kept["solved"]


def test_the_graded_cell_shows_a_picture(notebook):
    text, shown = notebook("def double(n): return [0] * len(n)")
    assert "the smallest of them:\ndouble(numbers=[" in text
    assert shown[0].data.startswith('<img alt="A call of double. numbers: ')


def test_where_there_is_no_solution_it_says_so(notebook, unit):
    unit.source.path.unlink()
    text, _ = notebook("def double(n): return n")
    assert text.startswith("This answer cannot be checked here: no exercise '01_small' in ")


def test_a_fault_of_the_author_is_one_line_to_the_learner(notebook, unit):
    path = unit.source.path
    path.write_text(path.read_text().replace("return 2 * np.asarray(numbers)", "return 1 / 0"))
    text, _ = notebook("def double(n): return n")
    assert "cannot be checked here" in text and "the solution raises ZeroDivisionError" in text


def test_a_workspace_that_cannot_be_written_costs_no_feedback(notebook, unit):
    kept = unit.source.path.parent.parent / ".coursekit" / "progress"
    kept.write_text("a file")
    text, _ = notebook("def double(n): return 2 * np.asarray(n)")
    assert text.startswith("double: right.") and "Your progress was not kept: " in text


def test_large_whole_numbers_are_compared_exactly(tmp_path):
    unit = small.exercise(tmp_path, ("return 2 * np.asarray", "return 10**9 + np.asarray"))
    question = unit.questions[0]
    right = key.compute(unit, SEED, only=question.graded)[question.graded]
    _, calls = key.trial_of(unit, question, SEED, 1)
    wrong = [outcome(lambda n: 10**9 + np.asarray(n) + 1, given) for given in calls]
    finding = feedback.judge(right, wrong)
    assert feedback.wrong_entries(right, finding).all()


def test_slow_answers_are_tried_on_fewer_inputs(monkeypatch):
    monkeypatch.setattr(feedback, "PATIENCE", -1.0)
    assert len(feedback._tried(lambda n: n, [(1,)] * 50, 5)) == 5


def test_shares_of_a_key_shorter_than_it_are_judged(tell):
    _, _, right = tell(lambda numbers: numbers)
    some = right.expected[:7]
    assert feedback.judge(right, some) == feedback.Finding("right", tried=7)
    wrong = [*some[:6], outcome(lambda: None, ())]
    found = feedback.judge(right, wrong)
    assert (found.wrong, found.tried, found.case) == (1, 7, 6)
    assert compare.same(found.got, wrong[6], 0, 0)


# ---- an answer that may be right in many ways


DESIGN = '''
# %% Answer: split role="answer"
def split(total, parts):
    ### BEGIN SOLUTION
    return [total] + [0] * (parts - 1)
    ### END SOLUTION

# %% Graded: split role="graded" answer="answer-split" points=2
def properties(value, total, parts):
    return {"adds up": bool(np.sum(value) == total), "enough parts": len(value) == parts}


@graded("split", view=properties)
def split_case(rng):
    return int(rng.integers(1, 9)), int(rng.integers(1, 5))

# %% Alternative: last role="alternative" answer="answer-split"
def split(total, parts):
    return [0] * (parts - 1) + [total]

# %% Misconception: even role="misconception" answer="answer-split"
# Yours loses the rest.
def split(total, parts):
    return [total // parts] * parts
'''


@pytest.fixture
def design(tmp_path):
    total = "# %% Answer: total"
    return small.exercise(tmp_path, (total, f"{DESIGN.strip()}\n\n{total}"))


@pytest.mark.parametrize(("function", "state", "said"), [
    (lambda total, parts: [1] * (parts - 1) + [total - parts + 1], "right", "split: right."),
    (lambda total, parts: [total], "wrong", "should be: enough parts."),
    (lambda total, parts: [total + 1] * (parts + 1), "wrong", "should be: adds up, enough parts."),
    (lambda total, parts: None, "wrong", "should be: it cannot be judged (TypeError: "),
    (lambda total, parts: [total // parts] * parts, "wrong", "a misconception: even."),
    (lambda total, parts: 1 / 0, "raises", "There it raises ZeroDivisionError"),
])
def test_a_design_is_judged_by_its_properties(design, function, state, said):
    question = design.questions[1]
    right = key.compute(design, SEED, 2)[question.graded]
    trial, inputs = key.trial_of(design, question, SEED, 2)
    finding = feedback.judge(right, [outcome(function, given) for given in inputs], trial, inputs)
    assert finding.state == state
    assert said in " ".join(feedback.words(design, question, right, finding))


def test_a_design_is_graded_outside_the_students_kernel(design):
    keys = key.fetch(design, 5)
    ways = {
        "alternative-last": "pass", "misconception-even": "fail",
        "def properties(*a):\n    return {'adds up': True, 'enough parts': True}\n"
        "def split(total, parts):\n    return 3": "fail",
    }
    for way, outcome_wanted in ways.items():
        source = design.variants[way].source if way in design.variants else way
        answers = {**design.solution, "answer-split": source}
        path = design.source.path.with_name("s.ipynb")
        path.write_text(nbformat.writes(design.handed_in(answers)))
        record = run.grade(design, path, "s", 5, keys)
        assert record.outcomes["answer-split"] == outcome_wanted
        assert record.total == 4 + 2 * (outcome_wanted == "pass")


def test_a_design_is_graded_by_a_source_named_from_here(design, monkeypatch):
    root = design.source.path.parents[1]
    monkeypatch.chdir(root)
    near = Exercise(read_source(design.source.path.relative_to(root)))
    handed_in = root / "s.ipynb"
    handed_in.write_text(nbformat.writes(near.handed_in(near.solution)))
    record = run.grade(near, handed_in, "s", 5, key.fetch(near, 5))
    assert record.outcomes["answer-split"] == "pass"
