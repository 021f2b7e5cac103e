"""The root URLs: health, accounts, the API, the pages of each app."""

from django.urls import include, path

urlpatterns = [
    # First, so that the hottest addresses are not looked for among all the pages.
    path("api/v1/", include("annotate.api.urls")),
    path("api/v1/", include("review.api.urls")),
    path("api/v1/", include("workspace.api.urls")),
    path("", include("workspace.urls")),
    path("", include("annotate.urls")),
    path("", include("review.urls")),
    path("accounts/", include("allauth.account.urls")),
]

handler400 = "workspace.views.faults.malformed"
handler404 = "workspace.views.faults.missing"
handler500 = "workspace.views.faults.failed"
