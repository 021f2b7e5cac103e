"""A release as the API gives it: the contract's object; no query beyond what is loaded."""

from __future__ import annotations

from typing import Any

from review.models import Release


def release_as_dict(release: Release) -> dict[str, Any]:
    """The contract's release; `release.files` may be prefetched."""
    return {
        "number": release.number,
        "state": release.state,
        "format": release.format,
        "rows": release.rows,
        "bytes": release.bytes,
        "created": release.created,
        "finished": release.finished,
        "filters": release.settings.get("filters") or {},
        "splits": release.settings.get("splits") or {},
        "error": release.error,
        "retraction_reason": release.retraction_reason,
        "manifest_sha256": release.manifest_sha256,
        "files": [
            {"path": file.path, "bytes": file.bytes, "sha256": file.sha256, "rows": file.rows}
            for file in release.files.all()
        ],
    }
