"""People who go on working while something breaks: each asks again after a fault, and remembers what was confirmed."""

from __future__ import annotations

import http.client
import threading
from typing import Any

from benchmarks.scripted_people import Person

NO_ANSWER = (OSError, http.client.HTTPException)


class Busy(threading.Thread):
    """Someone who works until told to stop; `broken` is what else went wrong."""

    def __init__(self, person: Person, project: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.person, self.project, self.stop = person, project, stop
        self.faults = 0
        self.broken: list[str] = []

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set() and not self.broken:
            self.work(turn)
            turn += 1

    def work(self, turn: int) -> None:
        raise NotImplementedError

    def insist(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, asked for again after each fault; None for a 204, or where work was stopped meanwhile."""
        while True:
            try:
                answer = self.person.call(method, f"{path}", body)
            except NO_ANSWER:
                self.faults += 1
            else:
                if 200 <= answer.status < 300:
                    return answer.json()
                if answer.status < 500:
                    self.broken.append(f"{method} {path}: {answer.status} {answer.body.decode()[:300]}")
                    return None
                self.faults += 1
            if self.stop.wait(0.05):
                return None


class Writer(Busy):
    """Claims, saves twice, submits; every text is one of its kind."""

    def __init__(self, name: str, *rest: Any) -> None:
        super().__init__(*rest)
        self.writer = name
        self.claimed: set[str] = set()
        self.saved: dict[str, tuple[int, str]] = {}  # by assignment: the newest that was confirmed
        self.sent: dict[str, set[str]] = {}  # by assignment: all that were sent
        self.submitted: dict[str, str] = {}

    def work(self, turn: int) -> None:
        assignment = self.insist("POST", f"projects/{self.project}/queue/claim/")
        if assignment is None:
            return
        key, version = assignment["id"], assignment["draft"]["version"]
        self.claimed.add(key)
        text = ""
        for save in (1, 2):
            text = (
                f"{self.writer}, turn {turn}, save {save}: the air presses on it with less weight up there."
            )
            self.sent.setdefault(key, set()).add(text)
            said = {"messages": [{"role": "assistant", "content": text}], "version": version}
            draft = self.insist("PUT", f"assignments/{key}/draft/", said)
            if draft is None:
                return
            version = draft["version"]
            self.saved[key] = (version, text)
        if self.insist("POST", f"assignments/{key}/submit/", {"version": version}) is not None:
            self.submitted[key] = text


class Reviewer(Busy):
    """Claims and approves."""

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest)
        self.decided: set[str] = set()

    def work(self, turn: int) -> None:
        review = self.insist("POST", f"projects/{self.project}/reviews/claim/")
        if review is None:
            self.stop.wait(0.2)
            return
        scores = {one["key"]: one["levels"][-1]["value"] for one in review["rubric"]}
        said = {"decision": "approve", "scores": scores}
        if self.insist("POST", f"reviews/{review['id']}/decide/", said) is not None:
            self.decided.add(review["id"])
