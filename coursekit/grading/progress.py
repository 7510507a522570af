"""What a learner has done so far, kept in the workspace: one small file for each exercise."""

import json
import time
from pathlib import Path

from coursekit.authoring.workspace import PROGRESS


def workspace(folder):
    """The workspace that `folder` lies in, or None if it lies in none."""
    folder = Path(folder).resolve()
    return next((f for f in (folder, *folder.parents) if (f / PROGRESS).is_dir()), None)


def note(root, exercise, findings):
    """Write down what was found about answers; where there is no workspace, do nothing.

    Parameters
    ----------
    root : Path or None
        The workspace.
    exercise : Exercise
    findings : dict
        Answer id to `feedback.Finding`.
    """
    if root is None:
        return
    known = of(root, exercise.name)
    for answer, finding in findings.items():
        before = known.get(answer, {})
        tries = before.get("tries", 0) + (finding.state != "not attempted")
        solved = before.get("solved")
        if finding.state == "right" and solved is None:
            solved = time.strftime("%Y-%m-%d")
        known[answer] = {"state": finding.state, "misconception": finding.misconception,
                         "tries": tries, "solved": solved}
    path = _path(root, exercise.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def of(root, name):
    """What is written down about an exercise: answer id to a dict; empty where nothing is."""
    try:
        known = json.loads(_path(root, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {answer: entry for answer, entry in known.items() if isinstance(entry, dict)}


def overview(root, exercises):
    """How far a learner is, as plain data.

    Parameters
    ----------
    root : Path
        The workspace.
    exercises : list of Exercise

    Returns
    -------
    list of dict
        One for each exercise: its name, its points in all, those of answers that were right once,
        and each answer's state, "not attempted" where nothing was tried.
    """
    made = []
    for exercise in exercises:
        known = of(root, exercise.name)
        answers = [
            {"answer": q.title, "points": q.points,
             **{"state": "not attempted", "tries": 0, "solved": None, "misconception": None},
             **known.get(q.answer, {})}
            for q in exercise.questions
        ]
        made.append({
            "exercise": exercise.name, "out_of": sum(q.points for q in exercise.questions),
            "points": sum(a["points"] for a in answers if a["solved"]), "answers": answers,
        })
    return made


def _path(root, name):
    return Path(root) / PROGRESS / "progress" / f"{name}.json"
