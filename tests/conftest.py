"""The cast of the tests: a project with a writer, a second writer, a reviewer, a lead; and a stranger of another."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.factories import a_member, a_project
from workspace.access import Standing
from workspace.models import Project


@dataclass(frozen=True)
class Cast:
    project: Project
    writer: Standing
    second_writer: Standing
    reviewer: Standing
    second_reviewer: Standing
    adjudicator: Standing
    lead: Standing
    stranger: Standing


@pytest.fixture
def cast(db: None) -> Cast:
    project = a_project(reviews=2)
    return Cast(
        project=project,
        writer=a_member(project, "annotator", name="writer"),
        second_writer=a_member(project, "annotator", name="writer2"),
        reviewer=a_member(project, "reviewer", name="reviewer"),
        second_reviewer=a_member(project, "reviewer", name="reviewer2"),
        adjudicator=a_member(project, "adjudicator", name="adjudicator"),
        lead=a_member(project, "admin", name="lead"),
        stranger=a_member(a_project(), "admin", "annotator", "reviewer", "adjudicator", name="stranger"),
    )


def page_client(who: Standing) -> Client:
    """A browser without JavaScript in which `who` is logged in."""
    client = Client()
    client.force_login(who.user)
    return client


def api_client(who: Standing) -> APIClient:
    """A program that calls the API as `who`."""
    client = APIClient()
    client.force_authenticate(who.user)
    return client
