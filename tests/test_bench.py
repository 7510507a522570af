"""The benchmark's arithmetic, its fairness, and its output; no speed is asserted."""

import json
import math
import os

import numpy as np
import pytest
from typer.testing import CliRunner

import coursekit as ck
from coursekit import bench
from coursekit.cli import app

SMALL = "conv 1x1 16->11"


@pytest.fixture
def peer():
    if bench.torch is None:
        if os.environ.get("COURSEKIT_REQUIRE_PEERS") == "1":
            pytest.fail("PyTorch is required here (COURSEKIT_REQUIRE_PEERS=1) and not installed")
        pytest.skip("PyTorch is not installed: pip install -e .[peers]")


def test_all_contestants_run_equally_often_and_in_turn():
    order = []
    calls = [lambda name=name: order.append(name) for name in "abc"]
    medians = bench.in_turn(calls, 0)
    assert "".join(order) == "abc" * 6, "once to warm up, then five rounds"
    assert len(medians) == 3 and min(medians) >= 0


def test_multiply_adds_are_counted_by_definition():
    case = bench.Case("", "conv", (2, 4, 9, 9), (6, 2, 3, 3), (("stride", 2), ("groups", 2)))
    x, w = np.ones(case.x), np.ones(case.w)
    assert case.macs() == ck.conv(x, w, stride=2, groups=2).sum() == 2 * 6 * 16 * 18


def test_geometric_means_and_the_better_layout():
    results = [{"op": "conv", "contiguous": 2.0, "channels_last": 0.5},
               {"op": "conv", "contiguous": 8.0, "channels_last": 32.0}]
    means = bench.summary(results)["conv"]
    assert means["contiguous"] == {"geometric_mean": pytest.approx(4), "least": 2}
    assert means["better"] == {"geometric_mean": pytest.approx(2), "least": 0.5}


@pytest.mark.parametrize("case", bench.cases(), ids=lambda case: f"{case.op} {case.name}")
def test_contestants_compute_the_same(peer, case):
    """What is compared in time must agree in value."""
    ours, peers = bench.contestants(case, np.dtype(np.float32))
    ours = ours()
    for name, call in peers.items():
        theirs = call()
        pairs = zip(ours, theirs, strict=True) if isinstance(ours, tuple) else [(ours, theirs)]
        for i, (a, b) in enumerate(pairs):
            b = b.numpy()
            if i == 0 and isinstance(ours, tuple) and b.size != a.size:
                b = b[..., -a.shape[-1]:]  # PyTorch got its causal padding as samples
            b = b.reshape(a.shape)
            assert np.abs(a - b).max() < 1e-3 * max(1, np.abs(b).max()), name


@pytest.mark.parametrize("isa", ck.available_isas())
def test_the_tile_alone(isa):
    with ck.use_isa(isa):
        for dtype in (np.float32, np.float64):
            speed = bench.tile_speed(dtype)
            assert speed is None if isa == "reference" else 0 < speed < math.inf


def test_json_for_programs(peer):
    done = CliRunner().invoke(app, ["bench", "--only", SMALL, "--seconds", "0", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    (result,) = report["results"]
    assert result["op"] == "conv" and result["seconds"] > 0
    assert report["summary"]["conv"]["contiguous"]["least"] == result["contiguous"] > 0
    assert report["machine"]["threads"] == 1 and report["machine"]["isa"] == ck.isa()


def test_lines_for_people(peer):
    done = CliRunner().invoke(app, ["bench", "--only", SMALL, "--seconds", "0"])
    heading, line, *means = done.stdout.splitlines()
    assert heading.startswith("operation") and line.startswith("conv") and len(means) == 2


def test_without_pytorch_times_alone(monkeypatch):
    monkeypatch.setattr(bench, "torch", None)
    done = CliRunner().invoke(app, ["bench", "--only", SMALL, "--seconds", "0", "--json"])
    report = json.loads(done.stdout)
    assert done.exit_code == 0 and "summary" not in report
    assert "contiguous" not in report["results"][0]
    assert "pip install torch" in done.stderr


@pytest.mark.parametrize(("options", "said"), [
    (["--only", "nothing like it"], "no case's name holds"),
    (["--dtype", "int8"], "--dtype must be float32 or float64; got int8"),
])
def test_a_wrong_call_ends_in_one_line(options, said):
    done = CliRunner().invoke(app, ["bench", *options])
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
