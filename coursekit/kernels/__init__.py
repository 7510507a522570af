"""The compiled builds, and the choice between them.

How this folder is laid out
---------------------------
One body of code, compiled once for each instruction set:

- ``conv.pxi`` and ``pool.pxi`` hold the kernels. A kernel trusts its arguments, runs without the
  GIL, allocates nothing and writes into `out`: whatever could fail has failed at the door, in
  `coursekit.ops.checks`. Its entry, a `def`, unpacks the window, makes a working copy where one
  is needed (convolution pads its input) and lets go of the GIL.
- ``_baseline.pyx`` is one thin module that includes them. A further instruction set is a further
  thin module and one more row of compiler flags in ``setup.py``; no kernel is written twice.
- This file chooses. `reference` is a build like the others, in NumPy, with the same functions; it
  serves where no compiled build could be made.

How a convolution is computed
-----------------------------
The input is copied once into a zero-padded buffer. From there on a tap ``(r, s)`` of the kernel
is nothing but an offset, ``r * dilation * width + s * dilation``, so padding and dilation vanish
from the inner loops: a row of outputs is a sum of weights times shifted rows. That is the
readable ``direct`` path; faster ones can be added beside it and must give equal results.

One dtype is one instance of the same body, through Cython's fused types: arrays are fused and
scalars follow their array.
"""

import importlib
import os
import warnings
from contextlib import contextmanager

from coursekit import reference

# Fastest first. `isa` names what runs; "reference" needs no compiler and is always there.
_COMPILED = ("avx512", "avx2", "baseline")


def _load():
    builds = {}
    for name in _COMPILED:
        try:
            if importlib.import_module("coursekit.kernels._cpu").runs(name):
                builds[name] = importlib.import_module(f"coursekit.kernels._{name}")
        except ImportError:
            continue
    if not builds:
        warnings.warn(
            "coursekit runs on its NumPy reference, which is correct but slow: no compiled kernel "
            "was found. With a C compiler installed, install coursekit again; "
            "`coursekit doctor` says more.",
            RuntimeWarning,
            stacklevel=3,
        )
    builds["reference"] = reference
    return builds


def available_isas():
    """Names of the builds this installation can run, fastest first."""
    return tuple(_builds)


def isa():
    """Name of the build in use: "avx512", "avx2", "baseline" or "reference".

    Examples
    --------
    >>> isa() in available_isas()
    True
    """
    return _current


def use_isa(name):
    """Choose the build that runs from now on, or within a `with` block.

    The choice is the whole process's: threads share it.

    Parameters
    ----------
    name : str
        One of `available_isas()`.

    Returns
    -------
    context manager
        Restores the build that was in use before; ignore it to keep the choice.

    Raises
    ------
    ValueError
        If this installation has no such build.

    Examples
    --------
    >>> with use_isa("reference"):
    ...     isa()
    'reference'
    """
    global _current
    if not isinstance(name, str) or name not in _builds:
        raise ValueError(f"use_isa: name must be one of {available_isas()}; got {name!r}")
    before, _current = _current, name
    return _restoring(before)


@contextmanager
def _restoring(name):
    try:
        yield
    finally:
        use_isa(name)


def build():
    """The module whose kernels run: the chosen compiled build, or `reference`."""
    return _builds[_current]


_builds = _load()
_current = next(iter(_builds))
if "COURSEKIT_ISA" in os.environ:
    try:
        use_isa(os.environ["COURSEKIT_ISA"])
    except ValueError as error:
        raise ImportError(f"COURSEKIT_ISA: {error}") from None
