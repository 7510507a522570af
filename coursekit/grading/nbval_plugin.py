"""nbval as the grader's engine: each cell is a pytest item, and a graded one is compared here.

Loaded by `run` into a pytest of its own, for one notebook. The job arrives on standard input, so
that no expected value ever lies in a file that the kernel could read; events leave by a pipe that
the kernel does not inherit. (Without a sandbox it may still reach for this process.) This is the
only module that knows nbval.
"""

import json
import os
import signal
import sys
import time
from collections import defaultdict
from contextlib import suppress
from queue import Empty

import nbformat
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from coursekit.authoring.notebook import read_source, role
from coursekit.grading import compare
from coursekit.grading.emit import MIME
from coursekit.grading.exercise import Exercise
from coursekit.grading.key import trial_of

_POLL_SECONDS = 0.2


class KernelDied(Exception):
    """The kernel's process ended while a cell ran."""


def pytest_addoption(parser):
    parser.addoption("--coursekit-events", type=int, help="file descriptor the events go to")


def pytest_configure(config):
    config.coursekit_job = json.load(sys.stdin)
    config.coursekit_events = os.fdopen(config.option.coursekit_events, "w")


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".ipynb":
        return GradedFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config):
    config.coursekit_events.close()


class WatchedKernel(RunningKernel):
    """nbval's kernel, but its death is noticed at once and not after the cell's time is up."""

    def get_message(self, stream, timeout=None):
        end = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return super().get_message(
                    stream, timeout=max(0, min(_POLL_SECONDS, end - time.monotonic()))
                )
            except Empty:
                if not self.is_alive():
                    raise KernelDied from None
                if time.monotonic() >= end:
                    raise

    def stop(self):
        """End the kernel and what it started in its process group."""
        if not hasattr(self, "km"):
            return
        group = getattr(self.km.provisioner, "pgid", None)
        super().stop()
        if group:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


class GradedFile(IPyNbFile):
    """A grafted notebook. Comments and tags do not steer it, as they would steer plain nbval."""

    def collect(self):
        self.nb = nbformat.read(self.path, as_version=4)
        for number, cell in enumerate(self.nb.cells):
            # nbval leaves a cell unchecked that looks as if it had never been run.
            cell.execution_count = 1
            graded = role(cell) == "graded"
            yield GradedCell.from_parent(
                self, name=cell.id, cell_num=number, cell=cell,
                options=defaultdict(bool, check=graded),
            )

    def setup(self):
        job = self.config.coursekit_job
        self.kernel = WatchedKernel(CURRENT_ENV_KERNEL_NAME, cwd=job["folder"])
        message = self.kernel.execute_cell_input(job["startup"], allow_stdin=False)
        self.kernel.await_reply(message, timeout=self.config.option.nbval_cell_timeout)
        self.kernel.await_idle(message, timeout=self.config.option.nbval_cell_timeout)

    def teardown(self):
        if self.kernel is not None:
            self.kernel.stop()


class GradedCell(IPyNbCell):
    """A cell that reports its start and its outcome, and awards nothing by itself."""

    def runtest(self):
        self.equal, self.found = None, {}
        self.tell(event="start")
        try:
            super().runtest()
        except NbCellError:
            outcome = self.found.pop("outcome", "error")
            if self.parent.timed_out:
                # A kernel that had to be interrupted is not to be trusted with other questions.
                self.session.shouldstop = outcome = "timeout"
            self.tell(event="end", outcome=outcome, **self.found)
            raise
        except Exception:
            # The kernel died, or sends what is no message: the session is lost.
            self.session.shouldstop = outcome = "killed"
            self.tell(event="end", outcome=outcome)
            raise
        # Fails closed: a graded cell passes only by a comparison made here.
        outcome = ("pass" if self.equal is True else "fail") if self.options["check"] else "ran"
        self.found["outcome"] = outcome
        self.tell(event="end", **self.found)

    def compare_outputs(self, test, ref, skip_compare=None):
        """Compare the emitted values alone; what else a cell prints is its own affair."""
        self.comparison_traceback = ["the emitted values differ"]
        values = [
            output["data"][MIME].get("value")
            for output in test
            if output["output_type"] == "display_data"
            and isinstance(output["data"].get(MIME), dict)
        ]
        judged = self.config.coursekit_job["keys"][self.cell.id]
        counts = self.properties(values) if judged["viewed"] else values
        self.found = verdict(judged, values, counts)
        if self.config.coursekit_job["values"]:
            self.found["values"] = values
        self.equal = self.found["outcome"] == "pass"
        return self.equal

    def properties(self, values):
        """Of each value what counts. The author's view runs here, out of the student's reach."""
        job = self.config.coursekit_job
        exercise = Exercise(read_source(job["source"]))
        question = next(q for q in exercise.questions if q.graded == self.cell.id)
        trial, inputs = trial_of(exercise, question, job["seed"], job["rounds"])
        return [trial.seen(value, given) if compare.sound(value) else value
                for value, given in zip(values, inputs)] + values[len(inputs):]

    def tell(self, **event):
        file = self.config.coursekit_events
        file.write(json.dumps({"cell": self.cell.id, **event}) + "\n")
        file.flush()


def verdict(key, values, counts):
    """Outcome of a graded cell that sent `values`, of which `counts` is what counts.

    With it, the misconception that the answer behaves like.
    """
    tolerance = key["rtol"], key["atol"]
    if compare.equal(key["expected"], counts, *tolerance):
        return {"outcome": "pass"}
    raised = [value["type"] for value in values
              if isinstance(value, dict) and value.get("kind") == "error" and "type" in value]
    if raised and raised[0] == "NotImplementedError":
        return {"outcome": "not attempted"}
    named = [name for name, theirs in key["misconceptions"].items()
             if compare.equal(theirs, counts, *tolerance)]
    return {"outcome": "error" if raised else "fail", "misconception": next(iter(named), None)}
