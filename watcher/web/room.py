"""Where people answer by signed links: GET shows what a link would do, POST does it.

Mail scanners and previews follow every link, so that GET must change nothing. There are no accounts
and no cookies: the signature is what permits, and it is looked at before the record is asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from watcher.errors import StorageUnavailable
from watcher.log import error, event
from watcher.model import Silence
from watcher.notify.bidi import clean
from watcher.notify.links import ACTIONS, Signer, has_ended
from watcher.web import page, wording
from watcher.web.listening import Listener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from watcher.clock import Clock
    from watcher.record import People, Told

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BYTES: Final = 8 * 1024
"""Of a form: a name and a note, percent-encoded Arabic."""
MOST_LINE: Final = 2048
FORM_TIMEOUT_S: Final = 10.0
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(slots=True)
class Room:
    """Listens for answers. A port that is taken is told and tried again, never fatal."""

    people: People
    signer: Signer
    listen: tuple[str, int]
    zones: Mapping[str, str]
    """Target -> zone in which its people are told times."""
    now: Clock
    _listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to listen."""
        limits = {
            "max_line_size": MOST_LINE,
            "max_field_size": MOST_LINE,
            "keepalive_timeout": FORM_TIMEOUT_S,
        }
        self._listener = Listener("links", self.listen, self._application(), limits)

    async def open(self) -> None:
        """Listen, unless we do already."""
        await self._listener.open()

    async def close(self) -> None:
        """Stop listening."""
        await self._listener.close()

    @property
    def port(self) -> int:
        """The port that is listened at, which the system chose where 0 is set."""
        return self._listener.port

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES, middlewares=[self._guarded])
        path = "/{action:" + "|".join(ACTIONS) + r"}/{id:\d{1,18}}/{ends:\d{1,12}}/{signature}"
        application.router.add_get(path, self._show)
        application.router.add_post(path, self._do)
        return application

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer in pages of our own, whatever happens; nothing that goes wrong goes further."""
        try:
            return await handler(request)
        except web.HTTPException as refused:
            return _answer(wording.UNKNOWN, wording.UNKNOWN_LEAD, status=refused.status)
        except StorageUnavailable as failure:
            error("links", why=str(failure))
            return _answer(wording.UNAVAILABLE, wording.UNAVAILABLE_LEAD, status=503)
        except Exception as failure:  # noqa: BLE001 - the edge of a request: told, and the daemon goes on
            error("links", failure=failure)
            return _answer(wording.UNAVAILABLE, wording.UNAVAILABLE_LEAD, status=500)

    async def _show(self, request: web.Request) -> web.Response:
        told = await self._notice(request)
        if isinstance(told, web.Response):
            return told
        is_silence = request.match_info["action"] == "silence"
        if before := await (self._silenced(told) if is_silence else self._acknowledged(told)):
            return _answer(wording.ALREADY, before, of=told)
        if is_silence:
            form = page.silencing(told)
            return _answer(wording.SILENCE, wording.SILENCE_LEAD, of=told, form=form)
        form = page.acknowledging()
        return _answer(wording.ACKNOWLEDGE, wording.ACKNOWLEDGE_LEAD, of=told, form=form)

    async def _do(self, request: web.Request) -> web.Response:
        told = await self._notice(request)
        if isinstance(told, web.Response):
            return told
        try:
            async with asyncio.timeout(FORM_TIMEOUT_S):
                given = await request.post()
        except (TimeoutError, ValueError):
            return _answer(wording.WRONG, wording.WRONG_LEAD, status=400)
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        if request.match_info["action"] == "silence":
            return await self._silence(told, fields)
        return await self._acknowledge(told, fields)

    async def _notice(self, request: web.Request) -> Told | web.Response:
        """Give the notice of a genuine link, or the page that says what is wrong with it."""
        asked = request.match_info
        number, ends = int(asked["id"]), int(asked["ends"])
        if not self.signer.is_genuine(asked["action"], number, ends, asked["signature"]):
            return _answer(wording.UNKNOWN, wording.UNKNOWN_LEAD, status=404)
        if has_ended(ends, self.now()):
            return _answer(wording.EXPIRED, wording.EXPIRED_LEAD, status=410)
        told = await self.people.alert(number)
        return told or _answer(wording.UNKNOWN, wording.UNKNOWN_LEAD, status=404)

    async def _acknowledge(self, told: Told, given: Mapping[str, str]) -> web.Response:
        author = _text(given, "name", page.NAME_CHARS)
        note = _text(given, "note", page.NOTE_CHARS)
        answer = await self.people.acknowledge(told.id, author, note, self.now())
        if answer == "done":
            event("links", action="acknowledge", notice=told.id)
            return _answer(wording.DONE, wording.ACKNOWLEDGED, of=told)
        again = await self.people.alert(told.id)
        before = await self._acknowledged(again or told)
        return _answer(wording.ALREADY, before, of=told, status=409)

    async def _silence(self, told: Told, given: Mapping[str, str]) -> web.Response:
        what, hours = given.get("what", ""), given.get("hours", "")
        note = _text(given, "note", page.NOTE_CHARS)
        allowed = {value for value, _ in page.silencing(told).radios[0][2]}
        if what not in allowed or hours not in wording.HOURS or not note or not told.rule:
            return _answer(wording.WRONG, wording.WRONG_LEAD, status=400)
        if before := await self._silenced(told):
            return _answer(wording.ALREADY, before, of=told, status=409)
        now = self.now()
        wanted = Silence(
            id=0,
            rule=told.rule,
            target=told.target,
            story_id=told.story_id if what == "story" else None,
            starts=now,
            ends=now + timedelta(hours=int(hours)),
            author=_text(given, "name", page.NAME_CHARS),
            why=note,
        )
        await self.people.silence(wanted)
        event("links", action="silence", notice=told.id, hours=int(hours))
        until = self._moment(told, wanted.ends)
        return _answer(wording.DONE, wording.SILENCED.format(until=until), of=told)

    async def _acknowledged(self, told: Told) -> str:
        if not told.acknowledged:
            return ""
        first = told.acknowledged[0]
        when = self._moment(told, first.at)
        return wording.ALREADY_ACKNOWLEDGED.format(who=first.author or wording.UNNAMED, when=when)

    async def _silenced(self, told: Told) -> str:
        """Say until when what a link silences is silenced already."""
        of = (told.rule, told.target)
        found = [
            one.ends
            for one in await self.people.silences(self.now())
            if (one.rule, one.target) == of and one.story_id in {None, told.story_id}
        ]
        if not found:
            return ""
        return wording.ALREADY_SILENCED.format(until=self._moment(told, max(found)))

    def _moment(self, told: Told, instant: datetime) -> str:
        zone = ZoneInfo(self.zones.get(told.target, "UTC"))
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _answer(
    title: str,
    lead: str,
    *,
    of: Told | None = None,
    form: page.Form | None = None,
    status: int = 200,
) -> web.Response:
    policy = f"default-src 'none'; style-src {page.style_hash()}; form-action 'self'"
    policy += "; base-uri 'none'; frame-ancestors 'none'"
    return web.Response(
        text=page.page(title, lead, of=of, form=form),
        content_type="text/html",
        charset="utf-8",
        status=status,
        headers=HEADERS | {"Content-Security-Policy": policy},
    )


def _text(given: Mapping[str, str], name: str, most: int) -> str:
    return clean(given.get(name, ""))[:most].strip()
