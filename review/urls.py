"""The addresses of the pages after submission, and of those that look over both floors."""

from django.urls import path

from review.views import adjudication, agreement, demonstrations, desk, home, overview, releases

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
    path("p/<slug:slug>/demonstrations/export/", demonstrations.export, name="export-demonstrations"),
    path("p/<slug:slug>/demonstrations/<str:key>/", demonstrations.one, name="demonstration"),
    path("p/<slug:slug>/demonstrations/<str:key>/withdraw/", demonstrations.withdraw, name="withdraw"),
    path("p/<slug:slug>/agreement/", agreement.index, name="agreement"),
    path("p/<slug:slug>/releases/", releases.index, name="releases"),
    path("p/<slug:slug>/releases/new/", releases.build, name="build-release"),
    path("p/<slug:slug>/releases/<int:number>/", releases.one, name="release"),
    path("p/<slug:slug>/releases/<int:number>/build/", releases.go_on, name="go-on-with-release"),
    path("p/<slug:slug>/releases/<int:number>/retract/", releases.retract, name="retract-release"),
    path(
        "p/<slug:slug>/releases/<int:number>/files/<path:path>",
        releases.download,
        name="download-release-file",
    ),
]
