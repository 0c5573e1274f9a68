"""The one file that knows Apprise, and Requests below it: addresses to services, messages to them.

Apprise tells success or failure only. What the other side answered is overheard: its plugins call
`requests.request`, which builds a `requests.sessions.Session`; ours notes the status and
Retry-After of each answer for the delivery that is under way in that context, and does nothing
for anybody else. Apprise's own retry stays off: it repeats 404s and ignores Retry-After.
"""

from __future__ import annotations

import contextlib
import json
import logging
import warnings
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import requests

from watcher.model import Sent, TryAgain
from watcher.notify import verdict

with warnings.catch_warnings():
    # Importing its mail plugin imports the deprecated imghdr.
    warnings.simplefilter("ignore", DeprecationWarning)
    import apprise
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.slack import CHANNEL_RE, NotifySlack, SlackMode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.model import Outcome, Secret

Plugin: TypeAlias = apprise.NotifyBase
Form: TypeAlias = Literal["text", "markdown"]

_LONGEST_DETAIL = 120
_SLACK_PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
     "request_timeout", "rollup_error"}
)  # fmt: skip


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
                heard.broken.append(_connection_fault(error))
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


def takes_blocks(plugin: Plugin) -> bool:
    """Tell whether this is Slack with a webhook or a bot; its workflows take plain text only."""
    modes = (SlackMode.WEBHOOK, SlackMode.WEBHOOK_GOV, SlackMode.BOT)
    return isinstance(plugin, NotifySlack) and plugin.mode in modes and not plugin.template


def best_form(plugin: Plugin) -> Form:
    """Give markdown where the service shows more than plain text and says so itself."""
    formats: Any = plugin.notify_format
    first = formats if isinstance(formats, str) else formats[0]
    return "text" if first == apprise.NotifyFormat.TEXT else "markdown"


def has_title(plugin: Plugin) -> bool:
    """Tell whether the service shows a title of its own above the body."""
    return bool(plugin.title_maxlen > 0)


def send(plugin: Plugin, *, title: str, body: str, form: Form, now: datetime) -> Outcome:
    """Hand a message to a service through its Apprise plugin; blocks."""
    with _overhearing() as heard:
        done = plugin.notify(
            body=body,
            title=title,
            notify_type=apprise.NotifyType.INFO,
            body_format=apprise.NotifyFormat(form),
        )
    return Sent(_summary(heard)) if bool(done) else _failure(heard, now)


def send_slack(
    plugin: Plugin, payload: dict[str, Any], *, skip: set[str], now: datetime
) -> Outcome:
    """Post blocks to every channel of a Slack address; blocks.

    Channels named in `skip` have the message already; the ones that take it are added to it.
    """
    assert isinstance(plugin, NotifySlack)
    worst: Outcome = Sent("HTTP 200")
    for channel in plugin.channels:
        key = channel or ""
        if key in skip:
            continue
        outcome = _post_to_channel(plugin, payload, channel, now)
        if isinstance(outcome, Sent):
            skip.add(key)
        elif not isinstance(worst, TryAgain):
            worst = outcome
    return worst


def _post_to_channel(
    plugin: NotifySlack, payload: dict[str, Any], channel: str | None, now: datetime
) -> Outcome:
    addressed = {**payload, **_channel_fields(plugin, channel)}
    plugin.throttle()  # type: ignore[no-untyped-call]  # Apprise is typed in part
    try:
        response = requests.post(
            _slack_url(plugin),
            data=json.dumps(addressed, ensure_ascii=False).encode(),
            headers=_slack_headers(plugin),
            verify=plugin.verify_certificate,
            timeout=plugin.request_timeout,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return TryAgain(_connection_fault(error))
    return _slack_verdict(response, now)


def _slack_url(plugin: NotifySlack) -> str:
    if plugin.mode is SlackMode.BOT:
        return str(plugin.api_url.format("chat.postMessage"))
    gov = plugin.mode is SlackMode.WEBHOOK_GOV
    base = plugin.webhook_gov_url if gov else plugin.webhook_url
    return f"{base}/{plugin.token_a}/{plugin.token_b}/{plugin.token_c}"


def _slack_headers(plugin: NotifySlack) -> dict[str, str]:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": plugin.app_id}
    if plugin.mode is SlackMode.BOT:
        headers["Authorization"] = f"Bearer {plugin.access_token}"
    return headers


def _channel_fields(plugin: NotifySlack, channel: str | None) -> dict[str, str]:
    """Say where the message goes, the way Apprise reads channels: #name, @user, +id, an e-mail."""
    if channel is None:
        return {}
    found = CHANNEL_RE.match(channel)
    if not found:
        return {"channel": _user_id(plugin, channel)}
    name = found.group("channel")
    fields = {"channel": name[1:] if name[0] == "+" else name if name[0] in "#@" else f"#{name}"}
    thread = found.group("thread_ts")
    return {**fields, "thread_ts": thread} if thread else fields


def _user_id(plugin: NotifySlack, email: str) -> str:
    found = plugin.lookup_userid(email)  # type: ignore[no-untyped-call]  # Apprise is typed in part
    return str(found or email)


def _slack_verdict(response: requests.Response, now: datetime) -> Outcome:
    """Judge Slack's answer: its Web API says 200 also when it refuses, with the reason inside."""
    slug = _slack_error(response)
    status = response.status_code
    if status == 200 and slug:
        status = 429 if slug in _SLACK_PASSING else 400
    wait = response.headers.get("Retry-After", "")
    return verdict.of_http(status, retry_after=wait, detail=slug, now=now)


def _slack_error(response: requests.Response) -> str:
    text = response.content[:1000].decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except ValueError:
        is_slug = text.isascii() and text.replace("_", "").isalnum() and text.lower() != "ok"
        return text[:_LONGEST_DETAIL] if is_slug else ""
    if isinstance(said, dict) and said.get("ok") is not True:
        return str(said.get("error", ""))[:_LONGEST_DETAIL]
    return ""


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
        return TryAgain(heard.broken[-1])
    if bad:
        return bad[-1]
    said = "; ".join(dict.fromkeys(heard.warnings)) or "the service did not take the message"
    return TryAgain(" ".join(said.split())[: 2 * _LONGEST_DETAIL])


def _connection_fault(error: requests.RequestException) -> str:
    """Word a broken connection without the address, which carries tokens."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the service's certificate was not accepted"
    if isinstance(error, requests.Timeout):
        return "the service did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the service could not be reached, or hung up"
    return f"the request failed ({type(error).__name__})"


def _schemes() -> set[str]:
    return {
        scheme
        for service in apprise.Apprise().details()["schemas"]
        for kind in ("protocols", "secure_protocols")
        for scheme in service.get(kind) or ()
    }
