"""The addresses of this floor's calls, under `/api/v1/`."""

from django.urls import URLPattern, path

from review.api import adjudications, agreement, releases, reviews

urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/reviews/claim/", reviews.ClaimReview.as_view()),
    path("projects/<slug:slug>/adjudications/", adjudications.ListAdjudications.as_view()),
    path("reviews/<str:key>/", reviews.ShowReview.as_view()),
    path("reviews/<str:key>/renew/", reviews.RenewReview.as_view()),
    path("reviews/<str:key>/skip/", reviews.SkipReview.as_view()),
    path("reviews/<str:key>/release/", reviews.ReleaseReview.as_view()),
    path("reviews/<str:key>/decide/", reviews.Decide.as_view()),
    path("reviews/<str:key>/undo/", reviews.UndoReview.as_view()),
    path("adjudications/<str:key>/resolve/", adjudications.Resolve.as_view()),
    path("projects/<slug:slug>/agreement/", agreement.Agreement.as_view()),
    path("projects/<slug:slug>/releases/", releases.Releases.as_view()),
    path("projects/<slug:slug>/releases/<int:number>/", releases.OneRelease.as_view()),
    path("projects/<slug:slug>/releases/<int:number>/build/", releases.BuildAgain.as_view()),
    path("projects/<slug:slug>/releases/<int:number>/retract/", releases.Retract.as_view()),
    path("projects/<slug:slug>/releases/<int:number>/files/<path:path>", releases.DownloadFile.as_view()),
]
