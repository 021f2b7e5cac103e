"""Scripted people: each knows a site by its address and a token alone, and does by the API what people do at desks.

Enters: an address and a token. Leaves: what the site answered. Called by `benchmarks/real_data.py`, by the tests of the
whole path and by those of faults; needs nothing but the standard library.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

PATIENCE = 60.0  # seconds for one answer


class Refused(Exception):
    """The site answered otherwise than was expected; `answer` says how."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what}: {answer.status} {answer.body[:600].decode(errors='replace')}")
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    """What came back for one call."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Person:
    """Someone with a token."""

    def __init__(self, site: str, token: str) -> None:
        self.site = urlsplit(site)
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call, whatever the answer; `body` is sent as JSON unless it is bytes.

        Raises `OSError` or `http.client.HTTPException` where none comes.
        """
        assert self.site.hostname
        connection = http.client.HTTPConnection(self.site.hostname, self.site.port, timeout=PATIENCE)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        said = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            connection.request(method, f"/api/v1/{path}", body=said, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers.items()), answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        return self._done("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """The answer of a POST; None for a 204."""
        return self._done("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._done("PUT", path, body)

    def _done(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, path, body)
        if not 200 <= answer.status < 300:
            raise Refused(f"{method} {path}", answer)
        return answer.json()

    def send_source(self, project: str, file: Path, **said: str) -> Any:
        """Upload a file as the Sources page does; the job that imports it, with its source."""
        border = "between-the-parts"
        parts = [f'name="{name}"\r\n\r\n{value}' for name, value in said.items()]
        parts.append(f'name="file"; filename="{file.name}"\r\n\r\n')
        head = "".join(f"\r\n--{border}\r\nContent-Disposition: form-data; {part}" for part in parts)
        body = head.encode() + file.read_bytes() + f"\r\n--{border}--\r\n".encode()
        path, kind = f"projects/{project}/sources/", f"multipart/form-data; boundary={border}"
        answer = self.call("POST", path, body, **{"Content-Type": kind})
        if answer.status != 202:
            raise Refused(f"POST {path}", answer)
        return answer.json()

    def read_guideline(self, project: str) -> int:
        """Read the newest version and say so; its number."""
        newest = self.get(f"projects/{project}/guideline-versions/")["results"][0]["number"]
        self.post(f"projects/{project}/guideline-versions/{newest}/acknowledge/")
        return int(newest)

    def claim(self, project: str) -> Any:
        """The assignment to work at, or None where there is nothing to do."""
        return self.post(f"projects/{project}/queue/claim/")

    def save(self, assignment: Any, text: str) -> Any:
        """Save `text` over the draft as the assignment shows it; the new draft."""
        messages = [{"role": "assistant", "content": text}]
        if assignment["task"]["kind"] == "compose":
            messages.insert(0, {"role": "user", "content": assignment["task"]["brief"]})
        said = {"messages": messages, "version": assignment["draft"]["version"]}
        return self.put(f"assignments/{assignment['id']}/draft/", said)

    def write(self, project: str, text: str) -> Any:
        """Claim, save, submit; the demonstration, or None where there is nothing to write."""
        assignment = self.claim(project)
        if assignment is None:
            return None
        draft = self.save(assignment, text)
        return self.post(f"assignments/{assignment['id']}/submit/", {"version": draft["version"]})

    def review(self, project: str, decision: str = "approve", *, level: int = -1, comment: str = "") -> Any:
        """Claim a review and decide it; the review, or None where there is nothing to review.

        Parameters: `level`, which of each criterion's levels to give, as a place in their list.
        """
        review = self.post(f"projects/{project}/reviews/claim/")
        if review is None:
            return None
        scores = {one["key"]: one["levels"][level]["value"] for one in review["rubric"]}
        said = {"decision": decision, "scores": scores, "comment": comment}
        return self.post(f"reviews/{review['id']}/decide/", said)

    def awaited(self, job: str, seconds: float = PATIENCE) -> Any:
        """The job once it has ended."""
        end = time.monotonic() + seconds
        while True:
            found = self.get(f"jobs/{job}/")
            if found["state"] in ("succeeded", "failed", "cancelled"):
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"after {seconds:.0f} s the job is still {found['state']}: {found}")
            time.sleep(0.2)

    def download(self, project: str, number: int, directory: Path) -> Path:
        """Every file of a release into `directory`."""
        for file in self.get(f"projects/{project}/releases/{number}/")["files"]:
            path = f"projects/{project}/releases/{number}/files/{quote(file['path'])}"
            answer = self.call("GET", path)
            if answer.status != 200:
                raise Refused(f"GET {path}", answer)
            target = directory / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(answer.body)
        return directory
