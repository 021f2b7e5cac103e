"""Quantiles of the normal, t and F distributions.

In: probabilities and degrees of freedom. Out: plain floats. Called by whatever makes an interval.
The only door to `scipy.special`, which the package loads at the first coefficient, not at import.
"""

from scipy.special import fdtri, ndtr, ndtri, stdtrit


def normal_quantile(probability: float) -> float:
    """The standard normal deviate below which the given share lies."""
    return float(ndtri(probability))


def normal_share(deviate: float) -> float:
    """The share of the standard normal below a deviate."""
    return float(ndtr(deviate))


def t_quantile(probability: float, degrees: float) -> float:
    """The quantile of Student's t with the given degrees of freedom."""
    return float(stdtrit(degrees, probability))


def f_quantile(probability: float, above: float, below: float) -> float:
    """The quantile of F with `above` and `below` degrees of freedom."""
    return float(fdtri(above, below, probability))
