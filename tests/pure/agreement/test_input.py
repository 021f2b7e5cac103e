"""What may be handed over as ratings, what is refused, and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import review.agreement as agreement
from review.agreement import registry
from review.agreement.__main__ import main
from review.agreement.reading import read_ratings


def odd(**arguments: Any) -> dict[str, Any]:
    """Arguments that no type checker would let pass."""
    return arguments


ROOT = Path(__file__).resolve().parents[3]
PLAIN = [[1, 1], [2, 2], [1, 2], [2, 2]]
TWICE = agreement.long([1, 1, 1], [1, 1, 2], [1, 2, 2])


@pytest.mark.parametrize(
    "table",
    [
        PLAIN,
        np.array(PLAIN),
        np.array(PLAIN, dtype=np.uint8),
        np.array(PLAIN, dtype=float),
        np.array(PLAIN) * 0.1,
        np.array(PLAIN) * 1_000_000,
        [["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]],
        np.array([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]]),
        [[True, True], [False, False], [True, False], [False, False]],
        np.array(PLAIN) == 1,
        [["a", "a"], [2, 2], ["a", 2], [2, 2]],
        [*PLAIN, [None, 1], [float("nan"), None]],
        np.ma.masked_equal([*PLAIN, [1, 9]], 9),
        [[*row, None] for row in PLAIN],
    ],
    ids=str,
)
def test_ratings_of_any_kind_give_the_same_kappa(table: Any) -> None:
    assert agreement.cohen_kappa(table).value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: agreement.fleiss_kappa([1, 2, 3]), "items by raters"),
        (lambda: agreement.fleiss_kappa([[1, 2], [1]]), "same number of raters"),
        (lambda: agreement.fleiss_kappa(np.zeros((2, 2, 2))), "items by raters"),
        (lambda: agreement.fleiss_kappa([[1, float("inf")]]), "infinite"),
        (lambda: agreement.fleiss_kappa(np.array([[1, np.inf]])), "infinite"),
        (lambda: agreement.fleiss_kappa(PLAIN, categories=[1, 3]), "not among the categories"),
        (lambda: agreement.fleiss_kappa(PLAIN, categories=[1, 2, 2]), "twice"),
        (lambda: agreement.fleiss_kappa(PLAIN, **odd(weights="cubic")), "unknown"),
        (lambda: agreement.fleiss_kappa(PLAIN, weights=np.eye(3)), "2 by 2"),
        (lambda: agreement.fleiss_kappa(PLAIN, weights=np.array([[1, 0.2], [0.3, 1]])), "symmetric"),
        (lambda: agreement.fleiss_kappa(PLAIN, weights=np.array([[1, 2.0], [2.0, 1]])), "between 0"),
        (lambda: agreement.fleiss_kappa([[-1, 1], [1, 1]], weights="ratio"), "zero or more"),
        (lambda: agreement.fleiss_kappa(PLAIN, confidence=95), "confidence"),
        (lambda: agreement.fleiss_kappa(PLAIN, **odd(interval="exact")), "interval must be"),
        (lambda: agreement.fleiss_kappa(PLAIN, interval="bca", resamples=1), "resamples"),
        (lambda: agreement.krippendorff_alpha(PLAIN, **odd(level="cardinal")), "unknown"),
        (lambda: agreement.krippendorff_alpha([["a", "b"]], level="interval"), "needs numbers"),
        (lambda: agreement.krippendorff_alpha([[-1, 1], [1, 1]], level="ratio"), "zero or more"),
        (lambda: agreement.icc(PLAIN, **odd(form="4,1")), "unknown"),
        (lambda: agreement.icc([["a", "b"]]), "needs numbers"),
        (lambda: agreement.long([1, 2], [1], [1]), "same length"),
        (lambda: agreement.fleiss_kappa(agreement.long([1, 1], [1, 1], [1, 2])), "more than once"),
        (lambda: agreement.fleiss_kappa(agreement.long([None, 1], [1, 1], [1, 2])), "item and a rater"),
        (lambda: agreement.fleiss_kappa(agreement.encode(TWICE, repeats=True)), "more than once"),
        (lambda: agreement.encode(PLAIN, item_weights=[1, 2]), "item_weights"),
        (lambda: agreement.encode(PLAIN, item_weights=[1, 2, 0, 1]), "item_weights"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_misspelt_option_is_refused() -> None:
    with pytest.raises(TypeError, match="confidense"):
        agreement.fleiss_kappa(PLAIN, **odd(confidense=0.9))


def test_the_whole_scale_counts_where_chance_is_uniform() -> None:
    assert agreement.brennan_prediger(PLAIN).value == pytest.approx(0.5)
    assert agreement.brennan_prediger(PLAIN, categories=[1, 2, 3, 4]).value == pytest.approx(2 / 3)
    constant = [[1, 1], [1, 1]]
    assert agreement.gwet_ac1(constant).value is None
    assert agreement.gwet_ac1(constant, categories=[1, 2]).value == 1.0


def test_words_take_the_order_of_the_scale_given() -> None:
    table = [["low", "mid"], ["mid", "high"], ["high", "high"], ["low", "low"]]
    ordered = agreement.krippendorff_alpha(table, level="ordinal", categories=["low", "mid", "high"]).value
    numbers = agreement.krippendorff_alpha([[1, 2], [2, 3], [3, 3], [1, 1]], level="ordinal").value
    assert ordered == pytest.approx(numbers)
    assert agreement.krippendorff_alpha(table, level="ordinal").value != pytest.approx(numbers)


def test_ratings_coded_once_serve_every_coefficient() -> None:
    coded = agreement.encode(PLAIN)
    assert agreement.encode(coded) is coded
    assert agreement.cohen_kappa(coded).value == 0.5
    wider = agreement.encode(coded, [1, 2, 3])
    assert (
        agreement.brennan_prediger(wider).value
        == agreement.brennan_prediger(PLAIN, categories=[1, 2, 3]).value
    )


def test_a_wide_sparse_set_takes_no_dense_table() -> None:
    """A million by a million cells would need terabytes."""
    rng = np.random.default_rng(0)
    item = np.repeat(np.arange(2000) * 500, 2)
    rater = rng.permutation(1_000_000)[:4000]
    entries = agreement.long(item, rater, rng.integers(0, 3, 4000))
    for found in (
        agreement.krippendorff_alpha(entries),
        agreement.gwet_ac1(entries),
        agreement.conger_kappa(entries),
    ):
        assert found.items == 2000
        assert found.value is not None and abs(found.value) < 0.1


def test_continuous_measurements_take_no_table_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(100, 10, (20_000, 1))
    table = truth + rng.normal(0, 5, (20_000, 3))
    expected = 100 / 125  # the share of the variance that is between items
    assert agreement.krippendorff_alpha(table, level="interval").value == pytest.approx(expected, abs=0.02)
    assert agreement.icc(table, form="2,1").value == pytest.approx(expected, abs=0.02)
    assert agreement.krippendorff_alpha(table, level="ordinal").value == pytest.approx(0.79, abs=0.03)
    small = table[:400]
    few = agreement.krippendorff_alpha(small, level="ordinal", interval="bca", resamples=50)
    assert few.low is not None and few.value is not None and few.low < few.value
    weighted = agreement.fleiss_kappa(table, weights="linear")
    assert weighted.value is None and "at most 4,096 categories" in weighted.reason


def test_importing_the_package_loads_neither_numpy_nor_scipy_nor_django() -> None:
    code = (
        "import sys, review.agreement; print([m for m in ('numpy', 'scipy', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_explained() -> None:
    for name in registry.PLACES:
        found = getattr(agreement, name)
        assert found.__doc__ and len(found.__doc__) > 40, name
        if name in registry.COEFFICIENTS:
            assert ">>>" in found.__doc__ and "Source" in found.__doc__, name
    assert set(registry.PLACES) <= set(dir(agreement))
    with pytest.raises(AttributeError, match="kapa"):
        agreement.kapa  # noqa: B018


MATRIX = "item,ann,bob,cy\n1,1,1,2\n2,2,2,2\n3,3,,3\n4,1,1,1\n5,2,3,\n"
LONG = "worker;label;item\n" + "".join(
    f"{name};{cell};{row.split(',')[0]}\n"
    for row in MATRIX.splitlines()[1:]
    for name, cell in zip(("ann", "bob", "cy"), row.split(",")[1:], strict=True)
)


@pytest.mark.parametrize(
    "text", [MATRIX, LONG, "\ufeff" + MATRIX.replace(",", "\t")], ids=["matrix", "long", "tab"]
)
def test_the_command_prints_every_applicable_coefficient(text: str, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(text, encoding="utf-8")
    assert main([str(path), "--level", "ordinal", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    table = [[1, 1, 2], [2, 2, 2], [3, None, 3], [1, 1, 1], [2, 3, None]]
    expected = agreement.krippendorff_alpha(table, level="ordinal")
    assert found["krippendorff_alpha[level=ordinal]"]["value"] == pytest.approx(expected.value)
    assert found["krippendorff_alpha[level=ordinal]"]["low"] == pytest.approx(expected.low)
    assert "cohen_kappa" not in found
    assert main([str(path), "--level", "ordinal"]) == 0
    printed = capsys.readouterr().out
    assert f"{expected.value:.4f}" in printed
    assert "Gwet's linearised variance" in printed


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, capsys: Any) -> None:
    for text, sentence in (("", "is empty"), ("1,2\n1\n", "Row 2 has 1 cells"), ("1,2\n", "")):
        path = tmp_path / "ratings.csv"
        path.write_text(text)
        code = main([str(path)])
        assert code == (2 if sentence else 0)
        assert sentence in capsys.readouterr().err
    assert main([str(tmp_path / "absent.csv")]) == 2
    assert main([str(path), "--shape", "long"]) == 2


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,1\n2,2\n", 2),
        ("ann,bob\n1,1\n2,2\n", 2),
        ("ann,bob\nyes,no\nno,no\n", 2),
        ("yes,no\nno,no\nyes,yes\n", 3),
        ("item,ann,bob\nx,yes,no\n", 1),
    ],
)
def test_a_header_is_told_from_ratings(text: str, rows: int, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(text)
    table = read_ratings(path)
    assert isinstance(table, np.ndarray)
    assert table.shape == (rows, 2)
