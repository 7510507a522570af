"""Where the course's notebooks are, and the learner's own copy of them."""

import shutil
from pathlib import Path

# The wheel carries the course's folders inside the package; in a checkout, where an editable
# install does not see them, they stand beside it.
_PACKAGE = Path(__file__).resolve().parent.parent


# The folder in a workspace that marks it, and keeps the learner's progress.
PROGRESS = ".coursekit"


def course_folder(kind):
    """The folder of "lessons", "exercises" or "solutions", installed or in a checkout.

    Raises
    ------
    FileNotFoundError
        If this installation carries no such folder.
    """
    for folder in (_PACKAGE / kind, _PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"this installation of coursekit carries no {kind}; install it again")


def make_workspace(folder):
    """Copy the lessons, the glossary and the exercises that `folder` lacks; overwrite nothing.

    Parameters
    ----------
    folder : path-like
        The learner's folder, made if need be.

    Returns
    -------
    list of (Path, bool)
        Each file's place in the workspace, and whether it was added by this call.
    """
    folder = Path(folder)
    (folder / PROGRESS).mkdir(parents=True, exist_ok=True)
    notebooks = []
    for kind in ("lessons", "exercises"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        originals = course_folder(kind)
        for original in sorted([*originals.glob("*.ipynb"), *originals.glob("*.md")]):
            mine = folder / kind / original.name
            new = not mine.exists()
            if new:
                part = mine.with_suffix(".part")
                shutil.copyfile(original, part)
                part.replace(mine)
            notebooks.append((mine, new))
    return notebooks
