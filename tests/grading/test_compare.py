"""Emitted values: what counts as equal, and that nothing malformed ever does."""

import copy
from fractions import Fraction

import numpy as np
import pytest

from coursekit.grading import compare, emit


def equal(expected, received, rtol=1e-6, atol=1e-9):
    return compare.equal(expected, received, rtol, atol)


payload = emit.encode


def _objects(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (3, 3.0),
        (3, np.int32(3)),
        (True, np.True_),
        (0.5, np.float32(0.5)),
        (0.29, 0.29 + 1e-9),
        ([1, 2, 3], (1, 2, 3)),
        ([1, 2, 3], np.array([1, 2, 3], np.uint8)),
        (np.eye(2), [[1, 0], [0, 1]]),
        (np.array([np.nan, np.inf]), [np.nan, np.inf]),
        ("text", "text"),
        (None, None),
        ([[1], [2, 3]], ([1], (2, 3))),
        ({"a": 1, "b": [2.0]}, {"b": (2,), "a": 1}),
        (0.75, Fraction(3, 4)),
        ([1, 2], np.array([1, 2], object)),
        ([0.5, 2.0], [Fraction(1, 2), 2]),
        (np.arange(6).reshape(2, 3), _objects(np.arange(3), np.arange(3, 6))),
        ([[1, 2], [3]], _objects(np.array([1, 2]), np.array([3]))),
        (1 + 2j, np.complex64(1 + 2j)),
        (np.zeros((0, 3)), np.zeros((0, 3), np.float32)),
        (2**63 + 1, np.uint64(2**63 + 1)),
        (np.arange(6).reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]], ">i4")),
    ],
)
def test_the_same_value_written_differently_is_equal(want, got):
    assert equal([payload(want)], [payload(got)])


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (3, 4),
        (3, "3"),
        (3, [3]),
        (0.29, 0.2901),
        (2**60, 2**60 + 1),
        ([1, 2, 3], [1, 2]),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.inf, -np.inf),
        (0.0, np.nan),
        ("text", "Text"),
        (None, 0),
        (None, ""),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": 1}),
        ([[1], [2, 3]], [[1], [2, 4]]),
    ],
)
def test_another_value_is_not(want, got):
    assert not equal([payload(want)], [payload(got)])


def test_the_number_and_the_order_of_values_count():
    one, two = payload(1), payload(2)
    assert equal([one, two], [one, two])
    for received in ([], [one], [two, one], [one, two, two]):
        assert not equal([one, two], received)


@pytest.mark.parametrize(
    "value",
    [3, "text", None, np.eye(100), [[1], [2, 3]], [np.zeros(2), np.zeros(3)], {"a": [1]}, 1 / 3],
)
def test_emit_displays_what_encode_makes_and_a_short_text(monkeypatch, value):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    emit.emit(value)
    assert equal([payload(value)], [shown[0][emit.MIME]["value"]])
    assert len(shown[0]["text/plain"]) < 300


def test_nothing_expected_is_nothing_proven():
    assert not equal([], [])


def test_tolerances_are_the_reference_solutions():
    assert not equal([payload(1.0)], [payload(1.05)])
    assert equal([payload(1.0)], [payload(1.05)], rtol=0.1)


def test_an_error_is_met_by_one_of_its_type_alone():
    error, other = ({"kind": "error", "type": name} for name in ("IndexError", "KeyError"))
    assert equal([error], [{**error, "said": "more"}])
    for received in (other, payload(3), {"kind": "error"}, None):
        assert not equal([error], [received])
    assert not equal([payload(3)], [error])


def _changed(**fields):
    forged = copy.deepcopy(payload(np.arange(3)))
    forged.update(fields)
    return forged


DEEP = {"kind": "plain", "value": None}
for _ in range(5000):
    DEEP = {"kind": "list", "items": [DEEP]}


@pytest.mark.parametrize(
    "forged",
    [
        None, 3, "text", [], {}, {"value": None}, {"kind": "array"}, {"kind": "error", "type": "X"},
        _changed(kind="always equal"), _changed(dtype="O"), _changed(dtype=["<i8"]),
        _changed(shape=[4]), _changed(shape=[-3]), _changed(shape=[3.0]), _changed(shape="3"),
        _changed(shape=[2**62, 2**62]),
        _changed(shape=[10**4000] * 500), _changed(data="!!!"), _changed(data=None),
        _changed(shape=[True, 3]), DEEP,
        {"kind": "plain", "value": {"a": 1}},
        {"kind": "list", "items": 7},
        {"kind": "dict", "items": [[1, 2, 3]]},
    ],
)
def test_a_malformed_payload_is_unequal_and_no_error(forged):
    assert not equal([payload(np.arange(3))], [forged])


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", 10**400, [object()], np.array(object())]
)
def test_what_cannot_be_sent_is_refused(value):
    with pytest.raises((TypeError, OverflowError)):
        emit.encode(value)
