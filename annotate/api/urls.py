"""The addresses of this floor's calls, under `/api/v1/`."""

from django.urls import URLPattern, path, register_converter

from annotate.api import assignments, demonstrations, guidelines, queue, sources, tasks


class Number:
    """A version's number; longer ones name nothing."""

    regex = r"[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Number, "number")

urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/guideline-versions/", guidelines.GuidelineVersions.as_view()),
    path("projects/<slug:slug>/guideline-versions/draft/", guidelines.GuidelineDraft.as_view()),
    path("projects/<slug:slug>/guideline-versions/draft/publish/", guidelines.PublishGuideline.as_view()),
    path("projects/<slug:slug>/guideline-versions/<number:number>/", guidelines.ShowGuideline.as_view()),
    path(
        "projects/<slug:slug>/guideline-versions/<number:number>/acknowledge/",
        guidelines.AcknowledgeGuideline.as_view(),
    ),
    path(
        "projects/<slug:slug>/guideline-versions/<number:number>/diff/<number:other>/",
        guidelines.CompareGuidelines.as_view(),
    ),
    path("projects/<slug:slug>/queue/claim/", queue.ClaimTask.as_view()),
    path("projects/<slug:slug>/demonstrations/", demonstrations.ListDemonstrations.as_view()),
    path("projects/<slug:slug>/sources/", sources.Sources.as_view()),
    path("projects/<slug:slug>/tasks/", tasks.Tasks.as_view()),
    path("projects/<slug:slug>/overlap/", tasks.Overlap.as_view()),
    path("sources/<str:key>/", sources.OneSource.as_view()),
    path("sources/<str:key>/retire-preview/", sources.RetirePreview.as_view()),
    path("sources/<str:key>/retire/", sources.RetireSource.as_view()),
    path("sources/<str:key>/restore/", sources.RestoreSource.as_view()),
    path("assignments/<str:key>/", assignments.ShowAssignment.as_view()),
    path("assignments/<str:key>/draft/", assignments.SaveDraft.as_view()),
    path("assignments/<str:key>/renew/", assignments.RenewAssignment.as_view()),
    path("assignments/<str:key>/submit/", assignments.Submit.as_view()),
    path("assignments/<str:key>/skip/", assignments.Skip.as_view()),
    path("assignments/<str:key>/release/", assignments.Release.as_view()),
    path("assignments/<str:key>/findings/", assignments.ListFindings.as_view()),
    path("demonstrations/<str:key>/", demonstrations.ShowDemonstration.as_view()),
    path("demonstrations/<str:key>/history/", demonstrations.ShowHistory.as_view()),
    path("demonstrations/<str:key>/withdraw/", demonstrations.Withdraw.as_view()),
    path("demonstrations/<str:key>/recall/", demonstrations.Recall.as_view()),
]
