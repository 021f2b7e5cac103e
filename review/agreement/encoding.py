"""From labels of any kind to small integer codes.

In: a two-dimensional array of labels. Out: codes laid out rater by rater (-1 where missing) and the sorted
labels. Called by `ratings`. Whole-number scales, the usual case, are coded block by block without sorting.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.signedinteger[Any]]
BLOCK = 1 << 15
COMPACT_SPAN = 4096
MISSING_TYPES = {"NAType", "NaTType"}


def encode_labels(labels: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    """Code a two-dimensional array of labels.

    Parameters: labels, shape (items, raters), of any dtype; None, NaN and masked cells are missing.
    Returns: codes, shape (raters, items), -1 where missing; the labels in their order (numbers by size,
    words by alphabet), each of which occurs.
    Raises: ValueError for infinite numbers.
    """
    if isinstance(labels, np.ma.MaskedArray):
        masked, labels = np.ma.getmaskarray(labels), labels.data.astype(object)
        labels[masked] = None
    if labels.dtype.kind in "biuf":
        return _encode_numbers(labels)
    if labels.dtype.kind in "US":
        found, inverse = np.unique(labels, return_inverse=True)
        return np.ascontiguousarray(inverse.reshape(labels.shape).T), found.tolist()
    return _encode_objects(labels.astype(object))


def in_order(labels: Iterable[Hashable]) -> list[Hashable]:
    """Labels as a scale: numbers by size, words by alphabet, a mixture by kind and alphabet."""
    kept = list(labels)
    return sorted(kept, key=_by_size if all(map(_is_number, kept)) else _by_word)


def recode(codes: Codes, found: Sequence[Hashable], declared: Sequence[Hashable]) -> Codes:
    """Give codes the positions of a declared scale.

    Raises: ValueError where a rating is not on the scale, or the scale names a category twice.
    """
    place = {label: position for position, label in enumerate(declared)}
    if len(place) != len(declared):
        raise ValueError("categories names a category twice; each level of the scale must occur once.")
    strange = [label for label in found if label not in place]
    if strange:
        scale = ", ".join(map(repr, list(declared)[:12]))
        raise ValueError(f"The ratings hold {strange[0]!r}, which is not among the categories ({scale}).")
    table = np.array([place[label] for label in found] + [-1], dtype=_small_type(len(declared)))
    return table[codes]


def _small_type(count: int) -> type[np.signedinteger[Any]]:
    return np.int8 if count < 127 else np.int16 if count < 32767 else np.int32


def _blocks(length: int, width: int) -> Iterator[slice]:
    step = max(1, BLOCK // max(1, width))
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))


def _encode_numbers(labels: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    if labels.dtype.kind == "b":
        codes, found = _encode_numbers(labels.astype(np.int8))
        return codes, [bool(label) for label in found]
    if labels.size == 0:
        return np.empty(labels.shape[::-1], dtype=np.int8), []
    low, high = float(np.fmin.reduce(labels, axis=None)), float(np.fmax.reduce(labels, axis=None))
    if np.isinf(low) or np.isinf(high):
        raise ValueError("The ratings hold an infinite number; a rating must be finite, or missing.")
    if low != low:
        return np.full(labels.shape[::-1], -1, dtype=np.int8), []
    if low.is_integer() and high - low < max(COMPACT_SPAN, 2 * labels.size):
        compact = _encode_compact(labels, low, int(high - low) + 1)
        if compact is not None:
            return compact
    return _encode_sorted(labels)


def _encode_compact(labels: NDArray[Any], low: float, span: int) -> tuple[Codes, list[Hashable]] | None:
    """Whole numbers in a small range: subtract the lowest. None when a number is not whole."""
    kind = _small_type(span)
    codes = np.empty(labels.shape[::-1], dtype=kind)
    seen = np.zeros(span + 1, dtype=bool)
    start = labels.dtype.type(low)
    for rows in _blocks(*labels.shape):
        shifted = labels[rows] - start
        if labels.dtype.kind == "f":
            shifted[shifted != shifted] = -1
        block = shifted.astype(kind)
        if labels.dtype.kind == "f" and not (block == shifted).all():
            return None
        seen[block] = True
        codes[:, rows] = block.T
    seen = seen[:span]
    if not seen.all():
        table = np.full(span + 1, -1, dtype=kind)
        table[:span][seen] = np.arange(int(seen.sum()))
        codes = table[codes]
    found: list[Hashable] = list((np.flatnonzero(seen) + int(low)).tolist())
    return codes, found


def _encode_sorted(labels: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    given = labels == labels
    found, inverse = np.unique(labels[given], return_inverse=True)
    codes = np.full(labels.shape, -1, dtype=_small_type(len(found)))
    codes[given] = inverse.reshape(-1)
    numbers = [int(label) if float(label).is_integer() else float(label) for label in found.tolist()]
    return np.ascontiguousarray(codes.T), list(numbers)


def _encode_objects(labels: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    first_seen: dict[Hashable, int] = {}
    number: Callable[[Hashable, int], int] = first_seen.setdefault
    raw = np.array([number(label, len(first_seen)) for label in labels.ravel().tolist()], dtype=np.int64)
    kept = [label for label in first_seen if not _is_missing(label)]
    ordered = in_order(kept)
    table = np.full(len(first_seen) + 1, -1, dtype=_small_type(len(ordered)))
    for position, label in enumerate(ordered):
        table[first_seen[label]] = position
    return np.ascontiguousarray(table[raw].reshape(labels.shape).T), [_plain(label) for label in ordered]


def _is_missing(label: Any) -> bool:
    return label is None or type(label).__name__ in MISSING_TYPES or bool(label != label)


def _is_number(label: Any) -> bool:
    if not isinstance(label, (int, float, np.number)):
        return False
    if np.isinf(label):
        raise ValueError("The ratings hold an infinite number; a rating must be finite, or missing.")
    return True


def _by_size(label: Any) -> float:
    return float(label)


def _by_word(label: Any) -> tuple[str, str]:
    return type(label).__name__, str(label)


def _plain(label: Any) -> Hashable:
    if isinstance(label, np.generic):
        label = label.item()
    return int(label) if isinstance(label, float) and label.is_integer() else label
