"""The addresses of the pages after submission, and of those that look over both floors."""

from django.urls import path

from review.views import adjudication, demonstrations, desk, home, overview

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/new/", home.new_project, name="new-project"),
    path("p/<slug:slug>/", overview.overview, name="overview"),
    path("p/<slug:slug>/review/", desk.desk, name="review-desk"),
    path("p/<slug:slug>/review/claim/", desk.claim, name="claim-review"),
    path("p/<slug:slug>/review/<str:key>/decide/", desk.decide, name="decide-review"),
    path("p/<slug:slug>/review/<str:key>/skip/", desk.skip, name="skip-review"),
    path("p/<slug:slug>/review/<str:key>/undo/", desk.undo, name="undo-review"),
    path("p/<slug:slug>/adjudicate/", adjudication.index, name="adjudicate"),
    path("p/<slug:slug>/adjudicate/<str:key>/", adjudication.one, name="adjudication"),
    path("p/<slug:slug>/demonstrations/", demonstrations.index, name="demonstrations"),
    path("p/<slug:slug>/demonstrations/<str:key>/", demonstrations.one, name="demonstration"),
    path("p/<slug:slug>/demonstrations/<str:key>/withdraw/", demonstrations.withdraw, name="withdraw"),
]
