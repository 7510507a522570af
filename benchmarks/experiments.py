"""Every training experiment of the course, over seeds: what was seen against what is claimed.

    pip install -e .
    python benchmarks/experiments.py                 # what the stored table lacks
    python benchmarks/experiments.py --again         # everything
    python benchmarks/experiments.py scenes adding   # some, again
    python benchmarks/experiments.py --check         # whether the stored figures keep the claims

Figures land in experiments.json one by one, as they are finished, so that an interrupted run goes
on where it was; experiments.md is the same as a table to read. A figure of training is never
asserted alone: a claim is a margin that every seed must keep.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from claims import OnAverage

HERE = Path(__file__).parent
STORE, TABLE = HERE / "experiments.json", HERE / "experiments.md"
SEEDS = 3


def experiments():
    """{name: Experiment}."""
    import images
    import measures
    import signals

    return {**measures.EXPERIMENTS, **images.EXPERIMENTS, **signals.EXPERIMENTS}


def run(name, variant, seed):
    """The figures of one training run, rounded to what is worth keeping."""
    figures = experiments()[name].variants[variant](seed)
    return {measure: round(float(figure), 4) for measure, figure in figures.items()}


def stored():
    """{experiment: {variant: {seed: {measure: figure}}}}."""
    return json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}


def keep(figures):
    """Write the store and the table; a reader never sees half a file."""
    store = json.dumps(figures, indent=1, sort_keys=True) + "\n"
    # The table of what is read back: its rows follow the store's order, not that of the runs.
    for path, text in ((STORE, store), (TABLE, table(json.loads(store)))):
        fresh = path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, path)


def by_seed(figures, name):
    """For each seed that every variant of an experiment has: {variant: {measure: figure}}."""
    runs = {variant: figures.get(name, {}).get(variant, {})
            for variant in experiments()[name].variants}
    seeds = set.intersection(*(set(found) for found in runs.values()))
    return {seed: {variant: found[seed] for variant, found in runs.items()}
            for seed in sorted(seeds, key=int)}


def verdicts(figures):
    """(experiment, claim, slack of each seed) for each claim; it holds if no slack is negative."""
    for name, experiment in experiments().items():
        seeds = by_seed(figures, name)
        for claim, slack in experiment.claims.items():
            if isinstance(slack, OnAverage):
                yield name, claim, [slack.slack(_mean(seeds))] if seeds else []
            else:
                yield name, claim, [slack(found) for found in seeds.values()]


def _mean(seeds):
    """{variant: {measure: mean over seeds}}."""
    runs = list(seeds.values())
    return {variant: {measure: sum(found[variant][measure] for found in runs) / len(runs)
                      for measure in measures}
            for variant, measures in runs[0].items()}


def faults(figures):
    """What is missing from the store, or contradicts a claim, a line each."""
    found = [f"{name}: {variant} of seed {seed} was never run"
             for name, variant, seed in missing(figures)]
    for name, claim, slacks in verdicts(figures):
        if not _holds(slacks):
            found.append(f"{name}: {claim}: slack {[round(slack, 3) for slack in slacks]}")
    return found


def _holds(slacks):
    """Whether a claim was tested, and kept by every seed; a figure that is NaN keeps none."""
    return bool(slacks) and all(slack >= 0 for slack in slacks)


def missing(figures):
    return [
        (name, variant, seed)
        for name, experiment in experiments().items() for variant in experiment.variants
        for seed in range(SEEDS)
        if str(seed) not in figures.get(name, {}).get(variant, {})
    ]


def table(figures):
    """The store as Markdown: each figure with its expected range, then each claim."""
    lines = ["# Experiments: seen against expected", "",
             "Made by `python benchmarks/experiments.py`, a figure a seed. A range is what the "
             "course's plan expects, taken from earlier prototypes; where it is missed, the figure "
             "here counts. A claim's slack is by how much it holds, a number a seed, or one "
             "for their mean."]
    for name, experiment in experiments().items():
        lines += ["", f"## {name}", "", experiment.task, "",
                  "| variant | measure | seen | expected | |", "|---|---|---|---|---|"]
        for variant in experiment.variants:
            runs = figures.get(name, {}).get(variant, {})
            for measure in sorted({m for found in runs.values() for m in found}):
                seen = [runs[seed][measure] for seed in sorted(runs, key=int)]
                lines.append(_row(variant, measure, seen, experiment.expected))
        lines += ["", "| claim | slack | |", "|---|---|---|"]
        for other, claim, slacks in verdicts(figures):
            if other == name:
                holds = "holds" if _holds(slacks) else "does not hold"
                words = ", ".join(f"{slack + 0.0:.3f}" for slack in slacks)  # no "-0.000"
                lines.append(f"| {claim} | {words} | {holds} |")
    return "\n".join(lines) + "\n"


def _row(variant, measure, seen, expected):
    least, most = expected.get((variant, measure), (None, None))
    words = ", ".join(f"{figure:.3f}".removesuffix(".000") for figure in seen)
    if least is None:
        return f"| {variant} | {measure} | {words} | | |"
    digits = 1 if least >= 10 else 2
    inside = all(least <= round(figure, digits) <= most for figure in seen)
    span = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return f"| {variant} | {measure} | {words} | {span} | {'' if inside else 'outside'} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="experiments to run again")
    parser.add_argument("--again", action="store_true", help="run everything again")
    parser.add_argument("--check", action="store_true", help="run nothing, check what is stored")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at once")
    options = parser.parse_args()
    if options.jobs is not None and options.jobs < 1:
        parser.error(f"--jobs must be at least 1; got {options.jobs}")
    if options.check and (options.names or options.again):
        parser.error("--check looks at everything and runs nothing; it goes with no other choice")
    for name in options.names:
        if name not in experiments():
            parser.error(f"unknown experiment {name!r}; there are {', '.join(experiments())}")
    figures = stored()
    for name in experiments() if options.again else options.names:
        figures.pop(name, None)
    if not options.check:
        wanted = options.names or experiments()
        try:
            _run_all(figures, [job for job in missing(figures) if job[0] in wanted], options.jobs)
        except KeyboardInterrupt:
            print("interrupted; what was finished is kept, and the same command without names or "
                  "--again goes on", file=sys.stderr)
            return 130
    found = faults(figures)
    print("\n".join(found) if found else "every claim holds on every seed")
    return 1 if found else 0


def _run_all(figures, jobs, workers):
    from rich.console import Console
    from rich.progress import Progress

    pool = ProcessPoolExecutor(workers, initializer=_obey, initargs=(os.getpid(),))
    try:
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("training", total=len(jobs))
            running = {pool.submit(run, *job): job for job in jobs}
            for done in as_completed(running):
                name, variant, seed = running[done]
                bar.update(task, advance=1, description=f"{name}: {variant}")
                if error := done.exception():  # the others still count
                    bar.print(f"{name}: {variant} of seed {seed} failed: {error!r}", markup=False)
                    continue
                figures.setdefault(name, {}).setdefault(variant, {})[str(seed)] = done.result()
                keep(figures)
    except KeyboardInterrupt:
        for process in list(pool._processes.values()):  # a run in hand would take minutes
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    keep(figures)


def _obey(parent):
    """Let a worker end with its parent, and not at Ctrl-C, which `fit` would take as "enough"."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one run, one core
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
