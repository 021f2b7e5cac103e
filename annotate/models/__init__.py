"""The nouns up to a submitted demonstration."""

from annotate.models.demonstrations import Demonstration, Draft, Revision
from annotate.models.guidelines import Acknowledgement, GuidelineVersion
from annotate.models.queue import Lane, LaneCursor, LaneReservation
from annotate.models.sources import Source
from annotate.models.tasks import Assignment, Slot, Task

__all__ = [
    "Acknowledgement",
    "Assignment",
    "Demonstration",
    "Draft",
    "GuidelineVersion",
    "Lane",
    "LaneCursor",
    "LaneReservation",
    "Revision",
    "Slot",
    "Source",
    "Task",
]
