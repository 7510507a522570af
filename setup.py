"""The compiled modules: which instruction sets, and the compiler flags of each."""

from setuptools import Extension, setup

FLAGS = {"baseline": []}

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
}


def extensions():
    from Cython.Build import cythonize

    modules = [
        Extension(
            f"coursekit.kernels._{name}",
            [f"coursekit/kernels/_{name}.pyx"],
            depends=[f"coursekit/kernels/{part}.pxi" for part in ("common", "conv", "pool")],
            extra_compile_args=["-O3", *flags],
            # With no compiler the package installs all the same, and runs on its reference.
            optional=True,
        )
        for name, flags in FLAGS.items()
    ]
    return cythonize(modules, compiler_directives=DIRECTIVES)


setup(ext_modules=extensions())
