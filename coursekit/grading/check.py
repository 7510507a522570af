"""`coursekit check`: what the notebook's own cells say, from a fresh kernel under a deadline."""

from dataclasses import dataclass
from pathlib import Path

from coursekit.grading import assemble, compare, feedback, key, progress, run
from coursekit.grading.emit import SEED
from coursekit.grading.exercise import Exercise, UnknownExercise, nearest

_LIMITS = run.Limits(cell=20.0)
_ENDED = {
    "timeout": "it ran for too long; is there a loop that never ends?",
    "killed": "it ended the kernel.",
    "error": "the answer's cell, or the graded one, did not run through.",
}


@dataclass
class Checked:
    """What was found in one notebook.

    Attributes
    ----------
    exercise : Exercise
    findings : dict
        Answer id to `feedback.Finding`.
    words : dict
        Answer id to lines of text.
    pictures : dict
        Answer id to `picture.Picture`, where there is one.
    notes : list of str
    """

    exercise: Exercise
    findings: dict
    words: dict
    pictures: dict
    notes: list

    @property
    def right(self):
        return all(finding.state == feedback.RIGHT for finding in self.findings.values())


def check(path):
    """Try the answers in a learner's notebook and write the findings into the workspace.

    Parameters
    ----------
    path : path-like
        A notebook made from one of the exercises.

    Returns
    -------
    Checked

    Raises
    ------
    assemble.Unreadable, UnknownExercise
        If the file is no notebook, or of no known exercise.
    key.GraderError
        If the exercise's own code fails.
    """
    path = Path(path)
    submission = assemble.read_submission(path)
    if submission.unit is None:
        raise UnknownExercise(f"{path} does not say which exercise it is")
    exercise = nearest(submission.unit, path.parent)
    keys = key.fetch(exercise, SEED, feedback.ROUNDS)
    job = run.Job(SEED, keys, _LIMITS, feedback.ROUNDS, values=True)
    results, notes = run.results_of(exercise, submission, job)
    checked = Checked(exercise, {}, {}, {}, notes)
    for question in exercise.questions:
        _look_at(checked, question, keys[question.graded], results[question.answer])
    progress.note(progress.workspace(path.parent), exercise, checked.findings)
    return checked


def _look_at(checked, question, right, result):
    answer = question.answer
    if "values" in result:
        trial, inputs = key.trial_of(checked.exercise, question, SEED, feedback.ROUNDS)
        finding = feedback.judge(right, list(map(_sound, result["values"])), trial, inputs)
        checked.words[answer] = feedback.words(checked.exercise, question, right, finding)
        shown = feedback.drawing(question, right, finding)
        if shown is not None:
            checked.pictures[answer] = shown
    elif result["outcome"] == "not attempted":
        finding = feedback.Finding(feedback.UNTRIED)
        checked.words[answer] = feedback.words(checked.exercise, question, right, finding)
    else:
        finding = feedback.Finding(result["outcome"])
        why = _ENDED.get(result["outcome"], "it could not be run.")
        checked.words[answer] = [f"{question.title}: not right yet: {why}"]
    checked.findings[answer] = finding


def _sound(value):
    """A value that came from a kernel, or an error in its place if it is none."""
    unread = {"kind": "error", "type": "ValueError", "said": "no value came back"}
    return value if compare.sound(value) else unread
