"""A report as the API and the command give it."""

from __future__ import annotations

from typing import Any

from review.models import AgreementReport


def report_as_dict(report: AgreementReport) -> dict[str, Any]:
    """The contract's agreement report; `report.results` may be prefetched."""
    return {
        "id": str(report.pk),
        "state": "ready",
        "created": report.created.isoformat().replace("+00:00", "Z"),
        "set": report.ratings_set,
        "results": [
            {
                "measure": result.measure,
                "scale": result.scale,
                "coefficient": result.coefficient,
                "value": result.value,
                "low": result.low,
                "high": result.high,
                "standard_error": result.standard_error,
                "items": result.items,
                "raters": result.raters,
                "ratings": result.ratings,
                "reason": result.reason,
            }
            for result in sorted(report.results.all(), key=lambda found: found.pk)
        ],
    }
