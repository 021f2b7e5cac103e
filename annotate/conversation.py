"""PURE. Conversations: what a writer sends, made whole with what the task gave; and the parts of one.

A message is `{"role": "system" | "user" | "assistant", "content": str}`. Called by drafting, the desk and releases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Message = dict[str, str]

ROLES = ("system", "user", "assistant")
MOST_MESSAGES = 200
MOST_CHARACTERS = 200_000


class Malformed(ValueError):
    """What was sent is no conversation for this task; the text says why, for the person who sent it."""


def given_messages(kind: str, *, prompt: str, messages: Sequence[Message] | None) -> list[Message]:
    """What the task itself says, which no writer changes: the prompt, or the dialogue so far.

    >>> given_messages("respond", prompt="Why?", messages=None)
    [{'role': 'user', 'content': 'Why?'}]
    """
    if kind in ("respond", "edit"):
        return [{"role": "user", "content": prompt}]
    return [dict(message) for message in messages or []] if kind == "converse" else []


def whole(kind: str, sent: Any, *, given: Sequence[Message]) -> list[Message]:
    """The whole conversation from what was sent, which may leave out what the task gave.

    Parameters: `kind`, the task's; `sent`, a list of messages as it came from outside; `given`, see
    `given_messages`. Returns the conversation, given part first. Raises `Malformed`.

    >>> whole("respond", [{"role": "assistant", "content": "So."}], given=[{"role": "user", "content": "Why?"}])
    [{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]
    """
    messages = [_message(number, message) for number, message in enumerate(_list(sent))]
    beginning = list(given)
    if messages[: len(beginning)] == beginning:
        written = messages[len(beginning) :]
    elif kind != "compose" and (not messages or messages[0]["role"] == "assistant"):
        written = messages
    else:
        raise Malformed(
            "The prompt of this task is given and cannot be changed; send it as it is, or leave it out."
        )
    if kind in ("respond", "edit") and len(written) > 1:
        raise Malformed("This task takes one response: send one assistant message.")
    return beginning + written


def prompt_of(messages: Sequence[Message]) -> str:
    """The first thing the user said; empty where there is none."""
    return next((message["content"] for message in messages if message["role"] == "user"), "")


def response_of(messages: Sequence[Message]) -> str:
    """The last message, where it is the assistant's; else empty."""
    return messages[-1]["content"] if messages and messages[-1]["role"] == "assistant" else ""


def problem_of(messages: Sequence[Message]) -> str:
    """Why this is no complete conversation, in a sentence; empty where it is one.

    A complete one has a system message only first, then user and assistant in turns, and ends with the assistant.
    """
    turns = [message for message in messages if message["role"] != "system"]
    if any(message["role"] == "system" for message in messages[1:]):
        return "A system message may only stand first."
    if not turns:
        return "There is nothing written yet."
    for number, message in enumerate(turns):
        if message["role"] != ("user", "assistant")[number % 2]:
            return "User and assistant must take turns, and the user begins."
    if turns[-1]["role"] != "assistant":
        return "The last message must be the assistant's response."
    return ""


def _list(sent: Any) -> list[Any]:
    if not isinstance(sent, list):
        raise Malformed("Send messages as a list of objects with role and content.")
    if len(sent) > MOST_MESSAGES:
        raise Malformed(f"A conversation has at most {MOST_MESSAGES} messages.")
    return sent


def _message(number: int, message: Any) -> Message:
    if not isinstance(message, dict) or set(message) - {"role", "content"}:
        raise Malformed(f"Message {number} must be an object with role and content only.")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise Malformed(f"Message {number} has an unknown role; use {', '.join(ROLES)}.")
    if not isinstance(content, str):
        raise Malformed(f"Message {number} has no text in content.")
    if len(content) > MOST_CHARACTERS:
        raise Malformed(f"Message {number} is longer than {MOST_CHARACTERS:,} characters; shorten it.")
    if "\x00" in content or not _encodable(content):
        raise Malformed(
            f"Message {number} holds a character that is no text (NUL or half of a pair); remove it."
        )
    return {"role": role, "content": content}


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
