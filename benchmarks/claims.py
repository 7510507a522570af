"""What an experiment is, and what is claimed of it."""

from typing import NamedTuple


class Experiment(NamedTuple):
    """A task, the nets that are compared on it, and what is claimed of them.

    `variants`: {name: function(seed) -> {measure: float}}; `expected`: {(variant, measure):
    (least, most)}, the ranges the course's plan names; `claims`: {sentence: function(figures) ->
    slack}, where figures is {variant: {measure: float}} of one seed and the claim holds where
    the slack is not negative. A claim in `OnAverage` is asked of the mean over seeds alone.
    """

    task: str
    variants: dict
    expected: dict
    claims: dict


class OnAverage(NamedTuple):
    """A claim that single seeds may miss."""

    slack: object
