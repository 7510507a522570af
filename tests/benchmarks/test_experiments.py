"""The stored experiments: complete, in keeping with every claim, and still runnable."""

import copy
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from coursekit import nn

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import experiments  # noqa: E402
import images  # noqa: E402

VARIANTS = [(name, variant) for name, experiment in experiments.experiments().items()
            for variant in experiment.variants]


def test_every_run_is_stored_and_every_claim_holds_on_every_seed():
    figures = experiments.stored()
    assert experiments.faults(figures) == []
    for name in experiments.experiments():
        assert len(experiments.by_seed(figures, name)) >= 3, name


def test_the_table_is_that_of_the_store():
    table = experiments.TABLE.read_text(encoding="utf-8")
    assert table == experiments.table(experiments.stored())
    assert "does not hold" not in table


def test_each_experiment_claims_something_and_expects_what_it_measures():
    for name, experiment in experiments.experiments().items():
        assert experiment.claims, name
        runs = experiments.stored()[name]
        for variant, measure in experiment.expected:
            assert measure in runs[variant]["0"], (name, variant, measure)


def test_a_figure_that_breaks_a_claim_is_a_fault():
    figures = copy.deepcopy(experiments.stored())
    figures["scenes"]["1,1,2,4,4,2"]["1"]["mIoU"] = 0.0
    found = experiments.faults(figures)
    assert found and all("scenes: 1,1,2,4,4,2" in fault for fault in found)


def test_a_run_that_is_missing_is_a_fault():
    figures = copy.deepcopy(experiments.stored())
    del figures["adding"]["dilated"]["2"]
    assert "adding: dilated of seed 2 was never run" in experiments.faults(figures)


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_each_variant_runs(name, variant, monkeypatch):
    """With one step of training: the figures are worth nothing, the code is what was stored."""
    fit = nn.fit
    monkeypatch.setattr(nn, "fit", lambda *args, **options: fit(*args, **{**options, "steps": 1}))
    figures = experiments.run(name, variant, 0)
    assert set(figures) == set(experiments.stored()[name][variant]["0"])
    assert all(np.isfinite(figure) for figure in figures.values())


def test_the_eight_compared_nets_have_equal_parameters():
    sizes = {name: make().size((1, 48, 48)) for name, make in list(images.NETS.items())[:9]}
    assert set(sizes.values()) == {11_862}, sizes


def test_strided_finders_compute_a_subsample_of_the_dilated_one():
    """The a trous identity, with the same weights: nothing else tells the nets apart."""
    x = np.random.default_rng(0).standard_normal((1, 1, 64, 64))
    params = images.finder(1).init(0, (1, 64, 64), np.float64)
    dense = images.finder(1)(params, x)
    for stride in (2, 4, 8):
        coarse = images.finder(stride)(params, x)
        inner = slice(2, -2)
        np.testing.assert_allclose(
            coarse[0, 0, inner, inner], dense[0, 0, ::stride, ::stride][inner, inner], atol=1e-10)


def test_a_wrong_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["experiments.py", "scene"])
    with pytest.raises(SystemExit) as ended:
        experiments.main()
    assert ended.value.code == 2 and "unknown experiment 'scene'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--jobs", "0"], ["--check", "scenes"], ["--check", "--again"]])
def test_options_that_make_no_sense_are_refused(options, monkeypatch, capsys):
    """--check with a name once said that this experiment was never run."""
    monkeypatch.setattr(sys, "argv", ["experiments.py", *options])
    with pytest.raises(SystemExit) as ended:
        experiments.main()
    assert ended.value.code == 2 and options[0] in capsys.readouterr().err


def test_a_figure_that_is_no_number_keeps_no_claim():
    """min(nan, 1) < 0 is False: such a claim once held."""
    assert not experiments._holds([math.nan, 1.0]) and not experiments._holds([1.0, math.nan])
    assert not experiments._holds([]) and experiments._holds([0.0, -0.0, 1.0])
    figures = copy.deepcopy(experiments.stored())
    figures["density"]["dilated 1,2,4,8,8"]["0"]["MACs, millions"] = math.nan
    assert any("34 times the MACs" in fault for fault in experiments.faults(figures))
    assert "does not hold" in experiments.table(figures)


def test_the_table_that_is_written_is_that_of_the_store(tmp_path, monkeypatch):
    """Measures once stood in the order of the run, and moved when the store was read again."""
    monkeypatch.setattr(experiments, "STORE", tmp_path / "store.json")
    monkeypatch.setattr(experiments, "TABLE", tmp_path / "store.md")
    found = {"receptive field": 47.0, "parameters": 37152.0, "MACs, millions": 17.7,
             "activations, millions": 0.19}
    experiments.keep({"density": {"strided 2,2,2,1,1": {"0": found}}})
    assert experiments.TABLE.read_text("utf-8") == experiments.table(experiments.stored())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store.json", "store.md"]


def broken(figures, name, variant, measure):
    """The figures with one far ahead or behind on every seed."""
    for shift in (1e6, -1e6):
        changed = copy.deepcopy(figures)
        for found in changed[name][variant].values():
            found[measure] += shift
        yield changed


def test_no_claim_holds_whatever_is_measured():
    """Each claim is broken by some figure: none is empty words."""
    figures = experiments.stored()
    broke = set()
    for name, experiment in experiments.experiments().items():
        for variant in experiment.variants:
            for measure in figures[name][variant]["0"]:
                for changed in broken(figures, name, variant, measure):
                    broke |= {(of, claim) for of, claim, slacks in experiments.verdicts(changed)
                              if of == name and not experiments._holds(slacks)}
    assert broke == {(name, claim) for name, experiment in experiments.experiments().items()
                     for claim in experiment.claims}


def test_check_fails_where_it_should_and_writes_nothing(tmp_path, monkeypatch, capsys):
    store = tmp_path / "experiments.json"
    monkeypatch.setattr(experiments, "STORE", store)
    monkeypatch.setattr(sys, "argv", ["experiments.py", "--check"])
    assert experiments.main() == 1 and "was never run" in capsys.readouterr().out
    figures = json.loads((ROOT / "benchmarks" / "experiments.json").read_text())
    figures["adding"]["dilated"]["0"]["MSE"] = 0.06
    store.write_text(json.dumps(figures))
    assert experiments.main() == 1 and "dilated: MSE at most .05" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["experiments.json"]


SLOW = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
import experiments as e

def work(seed):
    if seed:
        time.sleep(600)
    return {{"x": seed}}

def three():
    return {{"one": kind("", {{"v": work}}, {{}}, {{}})}}

kind = type(e.experiments()["density"])
e.experiments, e.STORE, e.TABLE = three, Path({store!r}), Path({store!r} + ".md")
sys.argv = ["experiments.py", "--jobs", "2"]
sys.exit(e.main())
"""


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_keeps_what_was_finished(tmp_path, word):
    """Ctrl-C reaches the workers too; after either word none of them is left."""
    store = tmp_path / "store.json"
    script = SLOW.format(root=str(ROOT / "benchmarks"), store=str(store))
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    for _ in range(200):
        if store.exists():
            break
        time.sleep(0.1)
    time.sleep(0.5)
    os.killpg(process.pid, word) if word == signal.SIGINT else process.kill()
    shown = process.communicate(timeout=30)[1]
    assert json.loads(store.read_text()) == {"one": {"v": {"0": {"x": 0.0}}}}
    if word == signal.SIGINT:
        assert process.returncode == 130 and "Traceback" not in shown, shown
        assert "interrupted; what was finished is kept" in shown
    for _ in range(50):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail("a worker outlived the command")


def test_what_is_compared_as_equal_is_equal():
    figures = experiments.stored()["global_reasoning"]
    sizes = [figures[kind]["0"]["parameters"] for kind in ("attention", "dilated")]
    assert max(sizes) < 1.1 * min(sizes), sizes
