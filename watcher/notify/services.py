"""The one file that knows Apprise, and Requests below it: addresses to services, messages to them.

Apprise tells success or failure only. What the other side answered is overheard: its plugins call
`requests.request`, which builds a `requests.sessions.Session`; ours notes the status and
Retry-After of each answer for the delivery that is under way in that context, and does nothing
for anybody else. Apprise's own retry stays off: it repeats 404s and ignores Retry-After.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import requests

from watcher.clock import Clock, utc_now
from watcher.model import Sent, TryAgain
from watcher.notify import pace, verdict

with warnings.catch_warnings():
    # Importing its mail plugin imports the deprecated imghdr.
    warnings.simplefilter("ignore", DeprecationWarning)
    import apprise
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.slack import CHANNEL_RE, NotifySlack, SlackMode
    from apprise.plugins.telegram import NotifyTelegram

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.model import Outcome, Secret
    from watcher.notify.turns import Limits

Plugin: TypeAlias = apprise.NotifyBase
Form: TypeAlias = Literal["text", "markdown"]

_LONGEST_DETAIL = 120


class BadAddress(ValueError):
    """No service is at this address; the message never quotes it."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a mailto address means, as Apprise reads it, its provider defaults included."""

    host: str
    port: int
    security: Literal["insecure", "starttls", "ssl"]
    user: str
    password: str = field(repr=False)
    verify: bool
    sender: tuple[str, str]
    """Display name, empty for none, and address."""
    to: tuple[tuple[str, str], ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackAddress:
    """What a Slack address means: a webhook, or a bot that posts to channels."""

    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    is_bot: bool
    channels: tuple[str, ...]
    """As Apprise writes them; one empty name for a webhook's own channel."""
    verify: bool
    timeout_s: Any
    plugin: NotifySlack = field(repr=False)

    def fields(self, channel: str) -> dict[str, str]:
        """Say where a message goes, as Apprise reads channels: #name, @user, +id, an e-mail."""
        if not channel:
            return {}
        found = CHANNEL_RE.match(channel)
        if not found:
            return {"channel": self._user_id(channel)}
        name = found.group("channel")
        place = name[1:] if name[0] == "+" else name if name[0] in "#@" else f"#{name}"
        thread = found.group("thread_ts")
        return {"channel": place, "thread_ts": thread} if thread else {"channel": place}

    def _user_id(self, email: str) -> str:
        found = self.plugin.lookup_userid(email)  # type: ignore[no-untyped-call]  # typed in part
        return str(found or email)


@dataclass(frozen=True, slots=True)
class TelegramAddress:
    """What a Telegram address means: a bot, and the chats it writes to."""

    url: str = field(repr=False)
    bot: str = field(repr=False)
    chats: tuple[tuple[str, int | None], ...]
    """Number or @name of each, and the topic inside it."""
    is_silent: bool
    has_preview: bool
    most: int
    """UTF-16 units that a message may have."""
    verify: bool
    timeout_s: Any


@dataclass(slots=True)
class _Overheard:
    """What one delivery met with: answers in order, broken connections, warnings."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


_overheard: ContextVar[_Overheard | None] = ContextVar("overheard", default=None)


class _ListeningSession(requests.Session):
    """Notes answers for the delivery under way in this context."""

    def send(self, request: Any, **kwargs: Any) -> Any:
        heard = _overheard.get()
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            if heard is not None:
                heard.broken.append(verdict.of_broken_request(error))
            raise
        if heard is not None:
            heard.answers.append((response.status_code, response.headers.get("Retry-After", "")))
        return response


class _WarningEar(logging.Handler):
    """Notes what Apprise warns of; the only account there is for services without HTTP."""

    def emit(self, record: logging.LogRecord) -> None:
        heard = _overheard.get()
        if heard is not None and record.levelno >= logging.WARNING:
            heard.warnings.append(record.getMessage())


_EAR = _WarningEar()


def listen() -> None:
    """Begin to overhear answers; once for the whole process, and calling it again is harmless."""
    requests.sessions.Session = _ListeningSession  # type: ignore[misc]  # see the module's docstring
    logging.getLogger(apprise.LOGGER_NAME).addHandler(_EAR)


def open_service(url: Secret) -> Plugin:
    """Build the service behind an address; raises BadAddress without quoting it."""
    asset = apprise.AppriseAsset(app_id="watcher", app_desc="watcher", secure_logging=True)
    plugin = apprise.Apprise.instantiate(url.reveal(), asset=asset)
    if not isinstance(plugin, apprise.NotifyBase):
        scheme = url.reveal().partition("://")[0].lower()
        raise BadAddress(
            f"not a complete {scheme}:// address; see Apprise's page on that service"
            if scheme in _schemes()
            else "not an Apprise address; it begins with a service's name, as in mailto:// or json://"
        )
    return plugin


def mailbox(plugin: Plugin) -> Mailbox | None:
    """Give the mailbox behind a mailto address, or None for anything else.

    None also for PGP, which only Apprise can do.
    """
    box: Any = plugin
    if type(plugin) is not NotifyEmail or box.pgp_mode != "no":
        return None
    return Mailbox(
        host=box.smtp_host,
        port=box.port,
        security=box.secure_mode,
        user=box.user or "",
        password=box.password or "",
        verify=box.verify_certificate,
        sender=(box.from_addr[0] or "watcher", box.from_addr[1]),
        to=tuple((name or "", address) for name, address in box.targets),
        cc=tuple(sorted(box.cc)),
        bcc=tuple(sorted(box.bcc)),
        reply_to=tuple(sorted(box.reply_to)),
    )


def slack(plugin: Plugin | None) -> SlackAddress | None:
    """Give the Slack behind an address; None for anything else.

    None also for workflows, which take plain text only, and for templates, which Apprise fills.
    """
    modes = (SlackMode.WEBHOOK, SlackMode.WEBHOOK_GOV, SlackMode.BOT)
    if not isinstance(plugin, NotifySlack) or plugin.mode not in modes or plugin.template:
        return None
    is_bot = plugin.mode is SlackMode.BOT
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": plugin.app_id}
    if is_bot:
        headers["Authorization"] = f"Bearer {plugin.access_token}"
    return SlackAddress(
        url=_slack_url(plugin),
        headers=headers,
        is_bot=is_bot,
        channels=tuple(channel or "" for channel in plugin.channels),
        verify=plugin.verify_certificate,
        timeout_s=plugin.request_timeout,
        plugin=plugin,
    )


def _slack_url(plugin: NotifySlack) -> str:
    if plugin.mode is SlackMode.BOT:
        return str(plugin.api_url.format("chat.postMessage"))
    gov = plugin.mode is SlackMode.WEBHOOK_GOV
    base = plugin.webhook_gov_url if gov else plugin.webhook_url
    return f"{base}/{plugin.token_a}/{plugin.token_b}/{plugin.token_c}"


def telegram(plugin: Plugin | None) -> TelegramAddress | None:
    """Give the Telegram behind an address; None for anything else.

    None also for what only Apprise can do: templates, images, finding the bot's owner.
    """
    bot: Any = plugin
    if not isinstance(plugin, NotifyTelegram) or bot.template or bot.include_image:
        return None
    if not bot.targets:
        return None
    return TelegramAddress(
        url=f"{bot.notify_url}{bot.bot_token}/sendMessage",
        bot=str(bot.bot_token),
        chats=tuple((str(chat), topic) for chat, topic in bot.targets),
        is_silent=bool(bot.silent),
        has_preview=bool(bot.preview),
        most=int(bot.body_maxlen),
        verify=bool(bot.verify_certificate),
        timeout_s=bot.request_timeout,
    )


def room_for(plugin: Plugin, title: str, form: Form) -> int:
    """Say how long a body may be, in UTF-16 units; 0 for as long as it likes."""
    most = int(plugin.body_maxlen)
    if most <= 0:
        return 0
    room = most - len(title) - 2 if plugin.overflow_amalgamate_title else most
    # What Apprise makes of markdown, for a service that shows HTML, is longer than it was.
    return max(room if form == "text" else room * 3 // 4, 100)


def best_form(plugin: Plugin) -> Form:
    """Give markdown where the service shows more than plain text and says so itself."""
    formats: Any = plugin.notify_format
    first = formats if isinstance(formats, str) else formats[0]
    return "text" if first == apprise.NotifyFormat.TEXT else "markdown"


def has_title(plugin: Plugin) -> bool:
    """Tell whether the service shows a title of its own above the body."""
    return bool(plugin.title_maxlen > 0)


@dataclass(frozen=True, slots=True)
class Service:
    """All that one address of Apprise's reaches: a place for bodies of text."""

    plugin: Plugin
    title: str = ""
    form: Form = "text"
    clock: Clock = utc_now

    @property
    def name(self) -> str:
        """Nothing: Apprise does not tell its places apart."""
        return ""

    @property
    def limits(self) -> Limits:
        """How fast it takes messages; addresses of one account share it."""
        service, is_spaced = type(self.plugin).__name__, self.plugin.request_rate_per_sec > 0
        account = self.plugin.url_id()  # type: ignore[no-untyped-call]  # Apprise is typed in part
        known = pace.ANY if is_spaced else pace.OWN
        return {f"{service} {account}": pace.DISCORD if service == "NotifyDiscord" else known}

    def post(self, part: str, reply_to: str) -> Outcome:  # noqa: ARG002 - Apprise has no replies
        """Hand a body over; blocks."""
        with _overhearing() as heard:
            done = self.plugin.notify(
                body=part,
                title=self.title,
                notify_type=apprise.NotifyType.INFO,
                body_format=apprise.NotifyFormat(self.form),
            )
        return Sent(_summary(heard)) if bool(done) else _failure(heard, self.clock())


@contextlib.contextmanager
def _overhearing() -> Iterator[_Overheard]:
    heard = _Overheard()
    token = _overheard.set(heard)
    try:
        yield heard
    finally:
        _overheard.reset(token)


def _summary(heard: _Overheard) -> str:
    return f"HTTP {heard.answers[-1][0]}" if heard.answers else ""


def _failure(heard: _Overheard, now: datetime) -> Outcome:
    """Judge a failed delivery by what was overheard; without any sign it is tried again."""
    judged = [verdict.of_http(status, retry_after=wait, now=now) for status, wait in heard.answers]
    bad = [outcome for outcome in judged if not isinstance(outcome, Sent)]
    passing = [outcome for outcome in bad if isinstance(outcome, TryAgain)]
    if passing:
        return passing[-1]
    if heard.broken:
        return TryAgain(heard.broken[-1], is_of_target=True)
    if bad:
        return bad[-1]
    said = "; ".join(dict.fromkeys(heard.warnings)) or "the service did not take the message"
    return TryAgain(" ".join(said.split())[: 2 * _LONGEST_DETAIL])


def _schemes() -> set[str]:
    return {
        scheme
        for service in apprise.Apprise().details()["schemas"]
        for kind in ("protocols", "secure_protocols")
        for scheme in service.get(kind) or ()
    }
