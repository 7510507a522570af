"""The compiled modules: which instruction sets, and the compiler flags of each."""

import platform

from Cython.Build import cythonize
from setuptools import Extension, setup

FLAGS = {"baseline": []}
if platform.machine() in ("x86_64", "AMD64"):
    # What `_cpu` asks the processor for, before one of these is loaded.
    FLAGS["avx2"] = ["-mavx2", "-mfma"]
    FLAGS["avx512"] = [*FLAGS["avx2"], "-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq"]

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
}
FOLDER = "coursekit/kernels"
PARTS = ["kernels", "common", "plan", "pack", "winograd", "conv", "grad", "pool"]

modules = cythonize(
    [
        Extension("coursekit.kernels._cpu", [f"{FOLDER}/_cpu.pyx"]),
        *(
            Extension(
                f"coursekit.kernels._{name}",
                [f"{FOLDER}/_{name}.pyx"],
                depends=[f"{FOLDER}/tile.h", *(f"{FOLDER}/{part}.pxi" for part in PARTS)],
                include_dirs=[FOLDER],
                extra_compile_args=["-O3", *flags],
            )
            for name, flags in FLAGS.items()
        ),
    ],
    build_dir="build",
    compiler_directives=DIRECTIVES,
)
for module in modules:
    # With no compiler the package installs all the same, and runs on its reference. (Said here
    # and not above, because cythonize makes its modules anew and forgets it.)
    module.optional = True

setup(ext_modules=modules)
