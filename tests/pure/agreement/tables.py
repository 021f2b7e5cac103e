"""Random tables of ratings for the property tests.

In: nothing. Out: Hypothesis strategies. Called by the tests of agreement.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st


@st.composite
def tables(
    draw: st.DrawFn,
    raters: tuple[int, int] = (2, 5),
    items: tuple[int, int] = (2, 25),
    levels: tuple[int, int] = (2, 5),
    missing: bool = True,
    lowest: int = 1,
) -> Any:
    """Items by raters: whole numbers from `lowest`, some missing where asked, raters leaning together."""
    width, length = draw(st.integers(*raters)), draw(st.integers(*items))
    top = draw(st.integers(*levels))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loyalty = draw(st.floats(0, 1))
    truth = rng.integers(0, top, length)[:, None]
    given = np.where(rng.random((length, width)) < loyalty, truth, rng.integers(0, top, (length, width)))
    table = given.astype(float) + lowest
    if missing:
        table[rng.random(table.shape) < draw(st.floats(0, 0.5))] = np.nan
    return table
