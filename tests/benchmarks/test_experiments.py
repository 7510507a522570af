"""The stored experiments: complete, in keeping with every claim, and still runnable."""

import copy
import sys
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
