"""What `coursekit doctor` looks at: what runs here, what is missing, what mends it."""

import importlib.util
import os
import platform
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

LEARN = "in coursekit's source folder: pip install -e '.[learn]'"
_AGAIN = "in coursekit's source folder: pip install --force-reinstall --no-deps -e ."


class Finding(NamedTuple):
    """One thing looked at; `mend` is a command, empty where all is well."""

    what: str
    state: str
    fine: bool = True
    mend: str = ""


def examine():
    """Everything worth knowing before asking for help, as a list of `Finding`."""
    return [*_system(), *_kernels(), *_packages(), *_course()]


def _system():
    yield Finding("Python", f"{platform.python_version()} at {sys.executable}")
    yield Finding("machine", f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}")


def _kernels():
    import numpy

    import coursekit as ck

    yield Finding("NumPy", numpy.__version__)
    compiled = [name for name in ck.available_isas() if name != "reference"]
    if compiled:
        yield Finding("kernels", f"{ck.isa()} in use; available: {', '.join(ck.available_isas())}")
        return
    compiler = shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0])
    header = Path(sysconfig.get_path("include")) / "Python.h"
    state = "none compiled; everything runs on the slow NumPy reference"
    first = ""
    if not compiler:
        first = "install a C compiler (Debian: apt-get install gcc), then "
    elif not header.exists():
        first = "install Python's headers (Debian: apt-get install python3-dev), then "
    yield Finding("kernels", state, False, first + _AGAIN)


def _packages():
    wanted = {
        "matplotlib": ("figures", "pip install matplotlib"),
        "jupyterlab": ("coursekit learn", LEARN),
        "ipykernel": ("running notebooks", LEARN),
        "jupytext": ("coursekit build", LEARN),
        "nbval": ("coursekit grade", LEARN),
        "psutil": ("coursekit grade", LEARN),
    }
    for name, (use, mend) in wanted.items():
        if importlib.util.find_spec(name):
            yield Finding(name, f"found, for {use}")
        else:
            yield Finding(name, f"not installed; {use} needs it", False, mend)


def _course():
    from coursekit.authoring.workspace import course_folder

    for kind in ("lessons", "exercises", "solutions"):
        try:
            count = len(list(course_folder(kind).glob("*.ipynb")))
        except FileNotFoundError as error:
            yield Finding(kind, str(error), False, _AGAIN)
        else:
            yield Finding(kind, f"{count} notebooks")
