"""The compiled modules: which instruction sets, and the compiler flags of each."""

from Cython.Build import cythonize
from setuptools import Extension, setup

FLAGS = {"baseline": []}

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
}

modules = cythonize(
    [
        Extension(
            f"coursekit.kernels._{name}",
            [f"coursekit/kernels/_{name}.pyx"],
            depends=[f"coursekit/kernels/{part}.pxi" for part in ("common", "conv", "pool")],
            extra_compile_args=["-O3", *flags],
        )
        for name, flags in FLAGS.items()
    ],
    build_dir="build",
    compiler_directives=DIRECTIVES,
)
for module in modules:
    # With no compiler the package installs all the same, and runs on its reference. (Said here
    # and not above, because cythonize makes its modules anew and forgets it.)
    module.optional = True

setup(ext_modules=modules)
