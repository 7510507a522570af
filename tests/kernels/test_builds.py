"""The choice of build, and life without a compiler."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import coursekit as ck

# Refuses every compiled module, as if no compiler had been there.
NO_COMPILER = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("coursekit.kernels._"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
"""


def run(code, isa=None, *options):
    environment = {k: v for k, v in os.environ.items() if k != "COURSEKIT_ISA"}
    if isa is not None:
        environment["COURSEKIT_ISA"] = isa
    return subprocess.run([sys.executable, *options, "-c", code], env=environment, timeout=60,
                          capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def unchanged():
    before = ck.isa()
    yield
    assert ck.isa() == before


def test_the_fastest_build_runs_and_the_reference_is_always_there():
    assert ck.available_isas()[-1] == "reference"
    done = run("import coursekit as ck; print(ck.isa() == ck.available_isas()[0])")
    assert done.stdout == "True\n" and not done.stderr


def test_the_compiled_build_is_there():
    """Where the tests run, a compiler is at hand; without it they would test only NumPy."""
    assert "baseline" in ck.available_isas()


def test_use_isa_lasts_or_ends_with_its_block():
    before = ck.isa()
    try:
        ck.use_isa("reference")
        assert ck.isa() == "reference"
        with ck.use_isa("baseline"):
            assert ck.isa() == "baseline"
            with ck.use_isa("reference"):
                assert ck.isa() == "reference"
            assert ck.isa() == "baseline"
        assert ck.isa() == "reference"
        with pytest.raises(ZeroDivisionError), ck.use_isa("baseline"):
            _ = 1 / 0
        assert ck.isa() == "reference"
    finally:
        ck.use_isa(before)


@pytest.mark.parametrize("name", ["sse9", "", None, 3, [], ("baseline",), "Reference"])
def test_an_unknown_build_is_refused(name):
    with pytest.raises(ValueError) as caught:
        ck.use_isa(name)
    message = str(caught.value)
    assert message.startswith("use_isa: name must be one of ") and repr(name) in message
    assert "'reference'" in message and "\n" not in message


def test_without_a_compiler_one_warning_says_how_to_mend_it():
    code = NO_COMPILER + """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import coursekit as ck
    import coursekit.ops, coursekit.kernels
(warning,) = caught
message = str(warning.message)
assert warning.category is RuntimeWarning
assert "\\n" not in message and "compiler" in message and "install coursekit again" in message
assert ck.isa() == "reference" and ck.available_isas() == ("reference",)
"""
    done = run(code)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_without_a_compiler_everything_runs():
    code = NO_COMPILER + """
import numpy as np, coursekit as ck
x, w = np.ones((1, 1, 6)), np.ones((1, 1, 3))
y = ck.conv(x, w)
grads = ck.conv_backward(y, x, w)
p, i = ck.max_pool(x, 2, return_indices=True)
ck.max_pool_backward(p, x, 2), ck.avg_pool(x, 2), ck.avg_pool_backward(p, x, 2)
q = x[..., None]
ck.attention(q, q, q, window=3), ck.attention_backward(q, q, q, q)
for variant in ck.VARIANTS.values():
    variant(x, w)
ck.receptive_field([ck.Window(3)]), ck.footprint([ck.Window(3)]), ck.coverage([ck.Window(3)])
print(y.sum(), i[0, 0, 1])
"""
    done = run(code, None, "-W", "ignore")
    assert done.stdout == "12.0 2\n" and not done.stderr, done.stderr


@pytest.mark.parametrize("name", ck.available_isas())
def test_the_environment_chooses(name):
    done = run("import coursekit as ck; print(ck.isa())", name)
    assert done.stdout == f"{name}\n" and not done.stderr


def test_what_the_processor_cannot_run_is_not_offered():
    """Even where it was compiled: the module is not so much as loaded."""
    code = """
import sys, types
sys.modules["coursekit.kernels._cpu"] = types.SimpleNamespace(runs=lambda name: name == "baseline")
import coursekit as ck
print(ck.available_isas(), [name for name in sys.modules if "_avx" in name])
"""
    assert run(code).stdout == "('baseline', 'reference') []\n"
    done = run(code, "avx2")
    assert "ImportError: COURSEKIT_ISA: use_isa: name must be one of ('baseline'" in done.stderr


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="Linux says what a processor has")
def test_the_processor_is_asked_rightly():
    flags = set()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            flags |= set(line.split(":")[1].split())
    needs = {"avx2": {"avx2", "fma"},
             "avx512": {"avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq"}}
    for name, needed in needs.items():
        assert (name in ck.available_isas()) == (needed <= flags)


@pytest.mark.parametrize("name", ["sse9", "", "BASELINE", "ref erence"])
def test_a_wrong_choice_in_the_environment_is_said_in_one_line(name):
    done = run("import coursekit", name)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("ImportError: COURSEKIT_ISA: ")
    assert f"must be one of {ck.available_isas()}; got {name!r}" in last


def test_importing_is_silent():
    done = run("import coursekit", None, "-W", "error")
    assert done.returncode == 0 and not done.stderr + done.stdout, done.stderr
