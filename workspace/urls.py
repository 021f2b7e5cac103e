"""The addresses of the ground floor's pages, and of the API's description."""

from django.conf import settings as site
from django.urls import path

from workspace.api.schema import Docs, Schema
from workspace.views import account, audit, frame, health, jobs, people, settings, styleguide

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/invitation/<str:uid>/<str:token>/", account.invitation, name="invitation"),
    path("accounts/profile/", account.profile, name="profile"),
    path("accounts/profile/tokens/", account.new_token, name="new-token"),
    path("accounts/profile/tokens/<str:key>/revoke/", account.end_token, name="end-token"),
    path("accounts/theme/", frame.theme, name="theme"),
    path("projects/switch/", frame.switch, name="switch-project"),
    path("p/<slug:slug>/jobs/<str:key>/", jobs.job, name="job"),
    path("p/<slug:slug>/people/", people.index, name="people"),
    path("p/<slug:slug>/people/add/", people.add, name="add-person"),
    path("p/<slug:slug>/people/upload/", people.upload, name="upload-people"),
    path("p/<slug:slug>/people/<str:key>/", people.person, name="person"),
    path("p/<slug:slug>/people/<str:key>/link/", people.link, name="link-person"),
    path("p/<slug:slug>/people/<str:key>/remove/", people.remove, name="remove-person"),
    path("p/<slug:slug>/settings/", settings.settings, name="settings"),
    path("p/<slug:slug>/pauses/", settings.pause, name="pause"),
    path("p/<slug:slug>/pauses/<str:key>/resume/", settings.resume, name="resume"),
    path("p/<slug:slug>/audit/", audit.audit, name="audit"),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/docs/", Docs.as_view(), name="docs"),
]

# Every component in every state, for those who build pages.
if not site.PRODUCTION:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
