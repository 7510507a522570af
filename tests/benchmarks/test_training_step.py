"""The comparison of a training step runs, and both nets compute the same losses."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import training_step


def test_it_runs_and_both_learn_alike():
    if os.environ.get("COURSEKIT_REQUIRE_PEERS") != "1":
        pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e .[peers]")
    times = training_step.measure(threads=1, rounds=2)  # compares the losses itself
    assert set(times) == {"ours", "pytorch", "tuned"}
    assert all(len(found) == 2 and (found > 0).all() for found in times.values())
