"""Categories and languages as they are compared: one spelling each.

In: what people wrote. Out: the key, or None where it is none. Called by ``checking``; members' languages and
categories should go through the same two functions, or a task would never meet its writer.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_CATEGORY_CHARS = 60  # as the column of the database has it

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)


@lru_cache(maxsize=1024)
def language_tag(text: str) -> str | None:
    """A language tag (BCP 47: language, script, region) in its usual case, or None where it is not one.

    >>> language_tag("EN"), language_tag("pt_br"), language_tag("zh-hant-tw"), language_tag("English")
    ('en', 'pt-BR', 'zh-Hant-TW', None)
    """
    found = _LANGUAGE.fullmatch(text.strip())
    if found is None or not text.isascii():
        return None
    language, script, region = found.groups()
    tag = language.lower()
    if script:
        tag += f"-{script.title()}"
    if region:
        tag += f"-{region.upper()}"
    return tag


@lru_cache(maxsize=4096)
def category_key(text: str) -> str | None:
    """The key of a category: lower case, blanks as ``_``; None where it is too long.

    >>> category_key(" Closed QA "), category_key("closed_qa"), category_key("x" * 61)
    ('closed_qa', 'closed_qa', None)
    """
    key = "_".join(unicodedata.normalize("NFC", text).lower().split())
    return key if len(key) <= MAX_CATEGORY_CHARS else None
