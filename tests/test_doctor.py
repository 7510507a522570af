"""What the doctor says of a machine that lacks something."""

import importlib.util
import shutil

import coursekit as ck
from coursekit import doctor


def _missing():
    return {finding.what: finding for finding in doctor.examine() if not finding.fine}


def test_all_is_well_here():
    assert ck.isa() == "reference" or not _missing()


def test_a_missing_package_comes_with_its_use_and_its_mend(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "nbval" else found(name)
    )
    finding = _missing()["nbval"]
    assert finding.state == "not installed; coursekit grade needs it"
    assert finding.mend == doctor.LEARN


def test_without_kernels_the_first_thing_missing_is_named(monkeypatch):
    monkeypatch.setattr(ck, "available_isas", lambda: ("reference",))
    assert _missing()["kernels"].mend.startswith("in coursekit's source folder: pip install ")
    monkeypatch.setattr(doctor.sysconfig, "get_path", lambda name: "/nowhere")
    assert "headers" in _missing()["kernels"].mend
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "C compiler" in _missing()["kernels"].mend
