"""Acts that bring a guideline out as a file and in again, so that it can live in a repository.

Called by the commands `export_guideline` and `import_guideline`, and by the pages.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from annotate.guideline_files import read_guideline, write_guideline
from annotate.guidelines import newest, parts_of
from annotate.models import GuidelineVersion
from workspace.auditing import record
from workspace.models import Project, User
from workspace.refusals import Conflict, Invalid, Missing


def exported(version: GuidelineVersion) -> str:
    """A version as one file of YAML and Markdown, which `import_file` reads as exactly the same parts."""
    told = {"number": version.number, "material": version.material}
    if version.material_categories:
        told["material_categories"] = version.material_categories
    # A draft has no summary yet; the file has a place for it.
    return write_guideline(parts_of(version) | told | {"summary": version.summary or "(not written yet)"})


def version_to_export(project: Project, number: int | None) -> GuidelineVersion:
    """Version `number`, or the newest where none is named. Raises `Missing` where there is none such."""
    if number is None:
        return newest(project)
    version = GuidelineVersion.objects.filter(project=project, number=number).first()
    if version is None:
        raise Missing(f"There is no version {number} of this guideline.")
    return version


def import_file(
    project: Project, text: str, *, by: User | None, now: datetime, replace: bool = False
) -> GuidelineVersion:
    """Make the text of a guideline file the draft; its summary is kept for the publication.

    Parameters: `replace`, whether a draft that is there gives way.
    Raises `Invalid` with what is wrong in the file, `Conflict` where there is a draft already.
    """
    try:
        parts = read_guideline(text)
    except ValueError as error:
        raise Invalid("This file cannot be taken.", errors={"file": [str(error)]}) from error
    with transaction.atomic():
        # Locked, so that two imports or an import and a beginning do not meet in the unique index.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        drafts = GuidelineVersion.objects.select_for_update().filter(project=project, number__isnull=True)
        if (there := drafts.first()) is not None:
            if not replace:
                raise Conflict("There is a draft already; publish or discard it first, or replace it.")
            there.delete()
        draft = GuidelineVersion.objects.create(project=project, created=now, **parts)
        record("guideline.imported", draft, by=by, after={"replaced": there is not None})
    return draft
