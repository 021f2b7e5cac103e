"""The addresses of the pages up to a submitted demonstration."""

from django.urls import path

from annotate.views import guidelines

urlpatterns = [
    path("p/<slug:slug>/guidelines/", guidelines.newest, name="guidelines"),
    path("p/<slug:slug>/guidelines/<int:number>/", guidelines.version, name="guideline-version"),
    path(
        "p/<slug:slug>/guidelines/<int:number>/acknowledge/",
        guidelines.acknowledge,
        name="acknowledge-guideline",
    ),
]
