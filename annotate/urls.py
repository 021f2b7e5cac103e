"""The addresses of the pages up to a submitted demonstration."""

from django.urls import path

from annotate.views import (
    desk,
    desk_acts,
    desk_regions,
    guideline_changes,
    guideline_draft,
    guideline_parts,
    guideline_publish,
    guidelines,
    sources,
    tasks,
    work,
)

urlpatterns = [
    path("p/<slug:slug>/write/", desk.write, name="write"),
    path("p/<slug:slug>/write/claim/", desk.claim, name="claim-task"),
    path("p/<slug:slug>/write/back/", desk.back, name="desk-back"),
    path("p/<slug:slug>/write/<str:key>/", desk.desk, name="desk"),
    path("p/<slug:slug>/write/<str:key>/draft/", desk_acts.draft, name="desk-draft"),
    path("p/<slug:slug>/write/<str:key>/save/", desk_acts.save, name="desk-save"),
    path("p/<slug:slug>/write/<str:key>/submit/", desk_acts.submit, name="desk-submit"),
    path("p/<slug:slug>/write/<str:key>/skip/", desk_acts.skip, name="desk-skip"),
    path("p/<slug:slug>/write/<str:key>/renew/", desk_acts.renew, name="desk-renew"),
    path("p/<slug:slug>/write/<str:key>/take-back/", desk_acts.take_back, name="desk-take-back"),
    path("p/<slug:slug>/write/<str:key>/checks/", desk_regions.checks, name="desk-checks"),
    path("p/<slug:slug>/write/<str:key>/preview/", desk_regions.preview, name="desk-preview"),
    path("p/<slug:slug>/write/<str:key>/changes/", desk_regions.changes, name="desk-changes"),
    path("p/<slug:slug>/work/", work.index, name="work"),
    path("p/<slug:slug>/work/<str:key>/", work.one, name="my-demonstration"),
    path("p/<slug:slug>/work/<str:key>/recall/", work.recall, name="recall-mine"),
    path("p/<slug:slug>/work/<str:key>/withdraw/", work.withdraw, name="withdraw-mine"),
    path("p/<slug:slug>/guidelines/", guidelines.newest, name="guidelines"),
    path("p/<slug:slug>/guidelines/<int:number>/", guidelines.version, name="guideline-version"),
    path("p/<slug:slug>/guidelines/draft/", guideline_draft.draft, name="guideline-draft"),
    path("p/<slug:slug>/guidelines/draft/begin/", guideline_draft.begin, name="begin-guideline-draft"),
    path("p/<slug:slug>/guidelines/draft/discard/", guideline_draft.discard, name="discard-guideline-draft"),
    path("p/<slug:slug>/guidelines/draft/title/", guideline_draft.title, name="guideline-title"),
    path(
        "p/<slug:slug>/guidelines/draft/sections/", guideline_draft.add_section, name="add-guideline-section"
    ),
    path(
        "p/<slug:slug>/guidelines/draft/sections/<int:place>/",
        guideline_draft.section,
        name="guideline-section",
    ),
    path("p/<slug:slug>/guidelines/draft/publish/", guideline_publish.publish, name="publish-guideline"),
    path("p/<slug:slug>/guidelines/draft/<slug:name>/", guideline_parts.part, name="guideline-draft-part"),
    path("p/<slug:slug>/guidelines/<int:number>/file/", guidelines.file, name="guideline-file"),
    path(
        "p/<slug:slug>/guidelines/<int:number>/diff/<int:other>/",
        guideline_changes.compare,
        name="guideline-diff",
    ),
    path(
        "p/<slug:slug>/guidelines/<int:number>/acknowledge/",
        guidelines.acknowledge,
        name="acknowledge-guideline",
    ),
    path("p/<slug:slug>/sources/", sources.index, name="sources"),
    path("p/<slug:slug>/sources/add/", sources.add, name="add-source"),
    path("p/<slug:slug>/sources/checks/<str:key>/", sources.trial, name="source-trial"),
    path("p/<slug:slug>/sources/<str:key>/", sources.one, name="source"),
    path("p/<slug:slug>/sources/<str:key>/retire/", sources.retire, name="retire-source"),
    path("p/<slug:slug>/sources/<str:key>/restore/", sources.restore, name="restore-source"),
    path("p/<slug:slug>/tasks/", tasks.index, name="tasks"),
    path("p/<slug:slug>/tasks/add/", tasks.add, name="add-task"),
    path("p/<slug:slug>/tasks/overlap/", tasks.overlap, name="overlap"),
]
