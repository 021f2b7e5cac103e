"""How fast the coefficients are, beside other libraries for the same thing, and how honest their intervals.

`python benchmarks/agreement.py [--quick] [--coverage]` prints Markdown tables: seconds (the best of several runs, one
thread) and peak memory above the ratings themselves. Libraries that are not installed are left out, and named.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402  (threads are counted at import)

import review.agreement as agreement  # noqa: E402

LEVELS = ("nominal", "ordinal", "interval", "ratio")
Call = Callable[[], Any]


def simulated(items: int, raters: int, missing: float, seed: int = 1) -> Any:
    """Ratings from 1 to 5: the truth with 60 %, else any level; the given share missing."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, (items, 1))
    table = np.where(rng.random((items, raters)) < 0.6, truth, rng.integers(1, 6, (items, raters))).astype(
        float
    )
    table[rng.random(table.shape) < missing] = np.nan
    return table


def measured(call: Call, runs: int) -> tuple[float, float]:
    """Seconds of the best run, and megabytes of the highest peak (in a run of its own, since tracing is slow)."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return min(seconds), peak


def library(name: str) -> Any:
    """A module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def point_estimates(table: Any, runs: int) -> list[list[str]]:
    """Rows of one table of ratings: ours, theirs, how often faster, and with what share of the memory."""
    krippendorff = library("krippendorff")
    inter_rater = library("statsmodels.stats.inter_rater")
    rows = []
    for level in LEVELS:
        theirs = None
        if krippendorff is not None:
            theirs = _alpha_of(krippendorff, table, level)
        name = f"alpha, {level}"
        ours = _ours("krippendorff_alpha", table, level=level)
        rows.append(_row(name, ours, ("krippendorff", theirs), runs))
    complete = not np.isnan(table).any()
    theirs = None
    if inter_rater is not None and complete:
        theirs = _fleiss_of(inter_rater, table)
    rows.append(_row("Fleiss' kappa", _ours("fleiss_kappa", table), ("statsmodels", theirs), runs))
    for name in (
        "percent_agreement",
        "gwet_ac1",
        "gwet_ac2",
        "brennan_prediger",
        "conger_kappa",
        "icc",
        "kendall_w",
    ):
        rows.append(_row(name, _ours(name, table), ("", None), runs))
    rows.append(
        _row("all of ordinal level", lambda: agreement.applicable(table, "ordinal"), ("", None), runs)
    )
    return rows


def two_raters(table: Any, runs: int) -> list[list[str]]:
    """Cohen's kappa of the first two raters, over the items both rated."""
    metrics = library("sklearn.metrics")
    pair = table[:, :2]
    pair = pair[~np.isnan(pair).any(axis=1)]
    rows = []
    for weights in (None, "quadratic"):
        theirs = None
        if metrics is not None:
            theirs = _kappa_of(metrics, pair, weights)
        ours = _ours("cohen_kappa", pair, weights=weights)
        rows.append(_row(f"Cohen's kappa, {weights or 'plain'}", ours, ("scikit-learn", theirs), runs))
    return rows


def resamples(table: Any, draws: int) -> list[list[str]]:
    """1,000 bootstrap replicates of ours, against as many calls of the library (one call, multiplied)."""
    krippendorff = library("krippendorff")
    rows = []
    for level in LEVELS:
        theirs = None
        if krippendorff is not None:
            theirs = _alpha_of(krippendorff, table, level)
        ours = _ours("krippendorff_alpha", table, level=level, interval="bca", resamples=draws)
        own = measured(ours, 2)
        if theirs is None:
            rows.append([f"alpha, {level}", f"{own[0]:.3f}", f"{own[1]:.0f}", "-", "-", "-"])
            continue
        each = measured(theirs, 2)[0] * draws
        rows.append(
            [f"alpha, {level}", f"{own[0]:.3f}", f"{own[1]:.0f}", f"{each:.0f}", f"{each / own[0]:,.0f}", "-"]
        )
    return rows


def crowds(table: Any, runs: int) -> list[list[str]]:
    """Dawid and Skene, against crowd-kit where it is installed."""
    crowdkit = library("crowdkit.aggregation")
    theirs = None
    if crowdkit is not None:
        theirs = _crowd_of(crowdkit, table)
    return [_row("Dawid-Skene", lambda: agreement.dawid_skene(table), ("crowd-kit", theirs), runs)]


def coverage(tables: int) -> list[list[str]]:
    """How often the 95 % interval of a sample holds the figure of a very large set made the same way."""
    measures: list[tuple[str, dict[str, Any]]] = [
        ("krippendorff_alpha", {"level": "nominal"}),
        ("krippendorff_alpha", {"level": "ordinal"}),
        ("fleiss_kappa", {}),
        ("gwet_ac1", {}),
        ("conger_kappa", {}),
        ("icc", {"form": "2,1"}),
    ]
    rows = []
    for name, arguments in measures:
        function = getattr(agreement, name)
        truth = function(simulated(400_000, 3, 0, seed=99), interval=None, **arguments).value
        for items in (30, 200):
            line = [f"{name} {arguments or ''}".strip(), str(items)]
            for how in ("analytic", "bca", "percentile"):
                held = 0
                for seed in range(tables):
                    sample = simulated(items, 3, 0, seed=seed)
                    found = function(sample, interval=how, resamples=400, **arguments)
                    held += found.low is not None and found.low <= truth <= found.high
                line.append(f"{held / tables:.3f}")
            rows.append(line)
    return rows


def _ours(name: str, table: Any, **arguments: Any) -> Call:
    return lambda: getattr(agreement, name)(table, **arguments)


def _alpha_of(krippendorff: Any, table: Any, level: str) -> Call:
    return lambda: krippendorff.alpha(reliability_data=table.T, level_of_measurement=level)


def _fleiss_of(inter_rater: Any, table: Any) -> Call:
    return lambda: inter_rater.fleiss_kappa(inter_rater.aggregate_raters(table)[0])


def _kappa_of(metrics: Any, pair: Any, weights: str | None) -> Call:
    one, two = pair.astype(int).T
    return lambda: metrics.cohen_kappa_score(one, two, weights=weights)


def _crowd_of(crowdkit: Any, table: Any) -> Call:
    pandas = importlib.import_module("pandas")
    task, worker = np.nonzero(~np.isnan(table))
    frame = pandas.DataFrame({"task": task, "worker": worker, "label": table[task, worker]})
    return lambda: crowdkit.DawidSkene(n_iter=100, tol=1e-10).fit_predict(frame)


def _row(name: str, ours: Call, theirs: tuple[str, Call | None], runs: int) -> list[str]:
    seconds, peak = measured(ours, runs)
    if theirs[1] is None:
        return [name, f"{1000 * seconds:.1f}", f"{peak:.0f}", "-", "-", "-"]
    other, memory = measured(theirs[1], max(2, runs // 2))
    share = f"{100 * peak / memory:.0f} %"
    return [
        name,
        f"{1000 * seconds:.1f}",
        f"{peak:.0f}",
        f"{theirs[0]} {1000 * other:.1f}",
        f"{other / seconds:.1f}",
        share,
    ]


def printed(title: str, head: list[str], rows: list[list[str]]) -> None:
    """A Markdown table."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the items, fewer runs")
    parser.add_argument(
        "--coverage", action="store_true", help="simulate the coverage of intervals as well (minutes)"
    )
    options = parser.parse_args()
    scale, runs = (10, 3) if options.quick else (1, 7)
    head = ["coefficient", "ms", "peak MB", "library ms", "times faster", "share of its memory"]
    for items, raters, missing in ((100_000 // scale, 10, 0.3), (1_000_000 // scale, 3, 0.0)):
        table = simulated(items, raters, missing)
        title = f"{items:,} items x {raters} raters, {100 * missing:.0f} % missing"
        printed(title, head, point_estimates(table, runs) + two_raters(table, runs) + crowds(table, 2))
        replicated = ["coefficient", "s", "peak MB", "library s (one call x 1,000)", "times faster", ""]
        printed(f"1,000 bootstrap replicates, {title}", replicated, resamples(table, 1000))
    if options.coverage:
        tables = 100 if options.quick else 1000
        head = ["coefficient", "items", "analytic", "BCa", "percentile"]
        printed(f"Coverage of 95 % intervals, {tables} tables each", head, coverage(tables))
    absent = [
        name for name in ("krippendorff", "sklearn", "statsmodels", "crowdkit") if library(name) is None
    ]
    if absent:
        print(f"\nNot installed, so not compared: {', '.join(absent)}.")


if __name__ == "__main__":
    main()
