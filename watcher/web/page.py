"""The pages behind links: small, right to left, nothing from outside unescaped. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from watcher.notify.bidi import clean, flat, paragraph, shorten
from watcher.web import wording

if TYPE_CHECKING:
    from jinja2 import Template

    from watcher.record import Told

Choices = tuple[tuple[str, str], ...]
_MOST_TITLE = 300
NAME_CHARS: Final = 80
NOTE_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Form:
    """What a person fills in: (name, label, choices), (name, label, characters, needed)."""

    button: str
    radios: tuple[tuple[str, str, Choices], ...] = ()
    texts: tuple[tuple[str, str, int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """The notice that a page is about."""

    title: str
    direction: str
    more: str
    facts: Choices


def about(told: Told) -> About:
    """Say which notice it is, in the words of its message."""
    alert = told.alert
    facts = [
        (wording.RULE, alert.rule_title or alert.rule),
        (wording.SOURCE, alert.source),
        (wording.TARGET, told.target),
    ]
    title = paragraph(shorten(clean(alert.title), _MOST_TITLE))
    return About(
        title=flat(title),
        direction=title.direction,
        more=wording.MORE.format(count=told.count - 1) if told.count > 1 else "",
        facts=tuple((label, clean(value)) for label, value in facts if clean(value)),
    )


def page(title: str, lead: str = "", *, of: Told | None = None, form: Form | None = None) -> str:
    """Give a page as HTML."""
    told = about(of) if of else None
    return _template().render(
        title=title, lead=lead, about=told, form=form, style=_file("page.css")
    )


@cache
def style_hash() -> str:
    """Name the one style that browsers may apply, for the content security policy."""
    digest = hashlib.sha256(_file("page.css").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_file("page.html.j2"))


@cache
def _file(name: str) -> str:
    return (resources.files("watcher.web") / name).read_text(encoding="utf-8")


def acknowledging() -> Form:
    """Give the form by which a notice is acknowledged."""
    texts = (
        ("name", wording.NAME, NAME_CHARS, False),
        ("note", wording.NOTE, NOTE_CHARS, False),
    )
    return Form(wording.ACKNOWLEDGE, texts=texts)


def silencing(told: Told) -> Form:
    """Give the form by which a story or a rule is silenced."""
    what: Choices = (("rule", wording.THIS_RULE),)
    if told.story_id is not None:
        what = (("story", wording.THIS_STORY), *what)
    radios = (
        ("what", wording.WHAT, what),
        ("hours", wording.HOW_LONG, tuple(wording.HOURS.items())),
    )
    texts = (
        ("note", wording.REASON, NOTE_CHARS, True),
        ("name", wording.NAME, NAME_CHARS, False),
    )
    return Form(wording.SILENCE, radios, texts)
