"""`python -m review.agreement FILE.csv --level ordinal`: every applicable coefficient of a file of ratings.

In: a CSV file, matrix or long. Out: a table on standard output, or JSON. Needs neither the platform nor a
database.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Hashable, Sequence
from pathlib import Path

from review.agreement.applying import applicable
from review.agreement.estimate import RESAMPLES, Estimate
from review.agreement.ratings import encode
from review.agreement.reading import read_ratings
from review.agreement.specific import specific_agreement

LEFT_OUT = re.compile(r", \d+ undefined ones left out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns: 0, or 2 with a sentence on standard error when the file makes no sense."""
    options = _parser().parse_args(arguments)
    try:
        table = read_ratings(options.file, options.shape)
        coded = encode(table, _scale(options.categories))
        how = {name: getattr(options, name) for name in ("confidence", "resamples", "seed")}
        how["interval"] = None if options.interval == "none" else options.interval
        found = applicable(coded, options.level, **how)
        if options.level == "nominal" and len(coded.categories) <= 20:
            specific = specific_agreement(coded, **how)
            found |= {f"specific_agreement[{label}]": each for label, each in specific.items()}
    except (OSError, UnicodeDecodeError, ValueError) as error:
        sys.stderr.write(f"{options.file}: {error}\n")
        return 2
    if options.json:
        sys.stdout.write(json.dumps({name: each.as_dict() for name, each in found.items()}, indent=2) + "\n")
    else:
        sys.stdout.write(_table(found, options.confidence) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m review.agreement",
        description="Agreement between raters, from a CSV file: rows of items and columns of raters, "
        "or the columns item, rater, value.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--level", choices=("nominal", "ordinal", "interval", "ratio"), default="nominal")
    parser.add_argument("--categories", help="the whole scale in its order, separated by commas")
    parser.add_argument("--shape", choices=("auto", "matrix", "long"), default="auto")
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument(
        "--interval", choices=("analytic", "bootstrap", "bca", "percentile", "none"), default="analytic"
    )
    parser.add_argument("--resamples", type=int, default=RESAMPLES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def _scale(text: str | None) -> list[Hashable] | None:
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    try:
        return [float(word) for word in words]
    except ValueError:
        return list(words)


def _table(found: dict[str, Estimate], confidence: float) -> str:
    width = max(map(len, found))
    interval = f"{100 * confidence:g} % interval"
    lines = [f"{'coefficient':<{width}}  {'value':>8}  {'error':>7}  {interval:<18}  items  raters  ratings"]
    for name, each in found.items():
        counts = f"{each.items:>5}  {each.raters:>6}  {each.ratings:>7}"
        if each.value is None:
            lines.append(f"{name:<{width}}  {'-':>8}  {'':>7}  {'':<18}  {counts}  {each.reason}")
            continue
        error = "" if each.standard_error is None else f"{each.standard_error:.4f}"
        low_high = "" if each.low is None or each.high is None else f"{each.low:.4f} to {each.high:.4f}"
        line = f"{name:<{width}}  {each.value:>8.4f}  {error:>7}  {low_high:<18}  {counts}  {each.reason}"
        lines.append(line.rstrip())
    methods = sorted({LEFT_OUT.sub("", each.method) for each in found.values() if each.method})
    return "\n".join([*lines, "", *(f"Intervals: {method}." for method in methods)])


if __name__ == "__main__":
    sys.exit(main())
