"""Users, projects, and who belongs to which with which roles; and the stop button."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from workspace.permissions import ROLES


def fresh_key() -> bytes:
    """32 random bytes: the key of a project's pseudonyms or draws."""
    return secrets.token_bytes(32)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the log-in; `is_superuser` is the operator of the site."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=6, default="system", choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")]
    )
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        # Stored in lower case, so that one address is one person however it is typed.
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Project(models.Model):
    """One data collection with its people, guidelines, queue and releases."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    # How many writers answer a task: `overlap` of them, for every task or for a share drawn at intake.
    overlap = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    overlap_share = models.FloatField(default=1.0, validators=[MinValueValidator(0), MaxValueValidator(1)])
    reviews = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    blind = models.BooleanField(default=True)
    writing_lease = models.DurationField(default=timedelta(hours=2))
    review_lease = models.DurationField(default=timedelta(minutes=30))
    # Random per project, so that pseudonyms cannot be joined across projects and draws cannot be guessed.
    pseudonym_key = models.BinaryField(default=fresh_key, editable=False)
    draw_key = models.BinaryField(default=fresh_key, editable=False)
    created = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overlap__gte=1, overlap__lte=20), name="project_overlap_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(overlap_share__gte=0, overlap_share__lte=1),
                name="project_overlap_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(reviews__gte=1, reviews__lte=3), name="project_reviews_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Member(models.Model):
    """A user in a project. Empty `languages` or `categories` mean all of them."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=20))
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    active = models.BooleanField(default=True)
    joined = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project"),
            models.CheckConstraint(
                condition=Q(roles__len__gte=1) & Q(roles__contained_by=list(ROLES)), name="member_roles_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Pause(models.Model):
    """The stop button: no new claims for a project, a category, a source or a member; work in hand may finish."""

    KINDS = ("project", "category", "source", "member")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pauses")
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    # The category's key, or the id of the source or member; empty for the project itself.
    target = models.CharField(max_length=60, blank=True, default="")
    reason = models.TextField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())
    lifted = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("project"),
                F("kind"),
                F("target"),
                condition=Q(lifted__isnull=True),
                name="pause_once_per_target",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["project", "category", "source", "member"]), name="pause_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}".strip()
