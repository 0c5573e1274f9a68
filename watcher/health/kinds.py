"""The troubles a source can have: what each means, how soon it is noticed, what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of trouble, in words for the operator."""

    title: str
    within: str
    """How soon it is noticed after it began."""
    advice: str


KINDS: Final = {
    "dead": Kind(
        "it cannot be polled",
        "3 to 7 hours: failing for three, and polls are up to four hours apart by then",
        "Open its address in a browser. If the site moved, write the new address.",
    ),
    "certificate": Kind(
        "its certificate is refused",
        "30 minutes to 2 hours",
        "Usually expired: the site must renew it. Nothing is read past a bad certificate.",
    ),
    "silent": Kind(
        "it lists nothing new, against its own rhythm",
        "when a silence as long is chance once in a hundred million pauses, and not before 6 hours:"
        " after 30 to 60 entries that should have come, about a day for 40 a day, a week for 5",
        "Look whether the site still publishes; its feed may be frozen or have moved.",
    ),
    "empty": Kind(
        "its feed is valid and empty",
        "3 hours or 5 entries that should have come, whichever is later, and one poll",
        "Look whether the site has replaced its feed by another one.",
    ),
    "few": Kind(
        "it lists far fewer entries than usual",
        "24 to 26 hours",
        "A shorter list loses entries between polls: set a shorter max_interval, or look for"
        " another feed of the site.",
    ),
    "redirected": Kind(
        "another host answers for it",
        "3 polls that bring a body",
        "Look at both addresses, and write the right one into the sources file.",
    ),
    "blocked": Kind(
        "its pages are withheld",
        "20 articles, and not before half an hour",
        "The site asks for a captcha, a payment or consent, or refuses us. Lengthen its intervals;"
        " `pages: never` goes by its feed alone.",
    ),
    "layout": Kind(
        "its pages are read badly",
        "20 articles, and not before half an hour",
        "The site has changed its layout: see with `watcher read URL` what is lost.",
    ),
    "garbled": Kind(
        "its text is garbled",
        "20 articles, and not before half an hour",
        "Its encoding is wrong, or it has changed its language: compare `watcher read URL` with"
        " the page.",
    ),
    "thin": Kind(
        "its articles are far shorter than usual",
        "20 articles and 12 hours",
        "The site may show a part only: compare `watcher read URL` with the page.",
    ),
    "clock": Kind(
        "its clock is wrong",
        "20 articles and half an hour where it dates them ahead, 12 hours where behind",
        "A constant offset is corrected. Where it changes, ages of its articles are wrong by as"
        " much, and so is what counts as too old to alert on.",
    ),
    "old": Kind(
        "it announces old articles as new",
        "20 articles",
        "Nothing is alerted on that is older than `limits.max_age`; if it goes on, look at the"
        " feed.",
    ),
}
"""Kind -> what it means. The first six show when polling, the others when reading."""
