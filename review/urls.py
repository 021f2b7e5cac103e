"""The addresses of the pages after submission, and of those that look over both floors."""

from django.urls import path

from review.views import home, overview

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/new/", home.new_project, name="new-project"),
    path("p/<slug:slug>/", overview.overview, name="overview"),
]
