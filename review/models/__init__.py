"""The nouns after submission."""

from review.models.agreement import AgreementReport, AgreementResult
from review.models.releases import Release, ReleaseFile, ReleaseItem
from review.models.reviews import Adjudication, Comment, Review, ReviewPlace, Score

__all__ = [
    "Adjudication",
    "AgreementReport",
    "AgreementResult",
    "Comment",
    "Release",
    "ReleaseFile",
    "ReleaseItem",
    "Review",
    "ReviewPlace",
    "Score",
]
