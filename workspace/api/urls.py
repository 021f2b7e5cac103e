"""The ground floor's part of `/api/v1/`."""

from django.urls import path

from workspace.api import jobs, members, projects, tokens

urlpatterns = [
    path("projects/", projects.Projects.as_view(), name="api-projects"),
    path("projects/<slug:slug>/", projects.OneProject.as_view(), name="api-project"),
    path("projects/<slug:slug>/members/", members.Members.as_view(), name="api-members"),
    path("projects/<slug:slug>/members/<str:key>/", members.OneMember.as_view(), name="api-member"),
    path("projects/<slug:slug>/pauses/", projects.Pauses.as_view(), name="api-pauses"),
    path("projects/<slug:slug>/pauses/<str:key>/", projects.OnePause.as_view(), name="api-pause"),
    path("projects/<slug:slug>/jobs/", jobs.ProjectJobs.as_view(), name="api-jobs"),
    path("jobs/<str:key>/", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<str:key>/cancel/", jobs.CancelJob.as_view(), name="api-cancel-job"),
    path("tokens/", tokens.Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:key>/", tokens.OneToken.as_view(), name="api-token"),
]
