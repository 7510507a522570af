"""The compiled builds, and the choice between them.

How this folder is laid out
---------------------------
One body of code, compiled once for each instruction set:

- ``tile.h`` is the register tile, the only code that knows how wide a vector is.
- ``plan.pxi`` makes tables of where samples stand, by whole numbers alone; ``pack.pxi`` copies
  arrays into the order in which the tile reads; ``conv.pxi`` and ``grad.pxi`` are the loops that
  run plans over packed arrays, ``winograd.pxi`` saves products where it can, ``pool.pxi`` pools.
- A kernel trusts its arguments, runs without the GIL, allocates nothing and writes into `out`:
  whatever could fail has failed at the door, in `coursekit.ops.checks`. Its entry, a `def`,
  unpacks the window, makes plans and working copies and lets go of the GIL.
- ``_baseline.pyx``, ``_avx2.pyx`` and ``_avx512.pyx`` include them all; ``setup.py`` holds the
  compiler flags of each. ``_cpu.pyx`` asks the processor which of them it can run.
- This file chooses. `reference` is a build like the others, in NumPy, with the same functions; it
  serves where no compiled build could be made.

How a convolution is computed
-----------------------------
*Shifted views.* The input is copied once, image by image, into a zero-padded buffer. From there
on a tap ``(r, s)`` of the kernel is nothing but an offset, ``r * dilation * width + s *
dilation``: neighbouring outputs meet neighbouring samples under every tap. So a vector of
neighbouring outputs is a sum of weights times vectors of samples, read at one base plus a table
of offsets, and padding and dilation have vanished from the loops. Under a stride the buffer holds
one plane for each remainder of the position, and within a plane neighbours are neighbours again.
Where nothing is padded or strided, the image itself is the buffer.

*The tile.* One weight times one vector costs two loads and one multiply-add, and processors load
no faster than they multiply. So a tile of some output channels by some vectors is summed at
once: with 8 x 3, eleven loads feed twenty-four multiply-adds, and all sums stay in registers.

*Chunks.* The tile sums at most 288 products before the sums go to `out` (or are added there):
rounding errors grow with the length of a chain, and the samples of one chunk fit into the nearest
cache while all output channels use them.

*Gradients* are the same work on other tables. The gradient in x is a correlation of the outputs'
gradients with the same weights, input and output channels exchanged; a stride splits the outputs
of this one into phases. The gradient in w is a correlation whose products run over pixels, with
vectors of input channels; where those are few, vectors of pixels are multiplied instead.

*Fewer products.* Three tap rows at stride 1 need only two thirds of the products, by Winograd's
F(2, 3) along rows: ``winograd.pxi`` tells how, and why dilation does not matter to it.

One dtype is one instance of the same body, through Cython's fused types: arrays are fused and
scalars follow their array. ``tile.h``, which is C, includes itself once for each dtype.
"""

import importlib
import os
import warnings
from contextlib import contextmanager

from coursekit import reference

# Fastest first. `isa` names what runs; "reference" needs no compiler and is always there, and a
# compiled build is there where it was compiled and the processor can run it.
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
