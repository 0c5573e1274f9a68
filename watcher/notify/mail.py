"""Mail: a letter that clients show right-to-left, and the SMTP conversation that hands it over."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import smtplib
import ssl
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import TYPE_CHECKING, Any

from watcher.model import Links, Refused, Sent, Severity, TryAgain
from watcher.notify import pace, verdict
from watcher.notify.bidi import clean
from watcher.notify.message import message_of
from watcher.notify.render import as_html, as_text
from watcher.notify.templates import SHIPPED
from watcher.points import reached

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Iterator

    from watcher.model import Notice, Outcome
    from watcher.notify.services import Mailbox
    from watcher.notify.templates import Templates
    from watcher.notify.turns import Limits

_LONGEST_REPLY = 160
MOST_SAID = 256 * 1024
"""Bytes of a whole conversation that are read of what the server says."""
_NO_LINKS = Links()


class _Policy(EmailPolicy):
    """Folds the subject the older way: the newer one loses spaces between runs of two scripts."""

    def fold(self, name: str, value: Any) -> str:
        """Fold a header for text."""
        if name.lower() != "subject":
            return str(super().fold(name, value))
        words = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {words}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Fold a header for the wire."""
        if name.lower() != "subject":
            return bytes(super().fold_binary(name, value))
        return self.fold(name, value).encode("ascii")


def compose(
    notice: Notice,
    mailbox: Mailbox,
    *,
    zone: str,
    links: Links = _NO_LINKS,
    templates: Templates = SHIPPED,
) -> EmailMessage:
    """Write the mail for a notice; the same notice always gives the same headers.

    The Message-ID is made of the notice, so that a repeat after a crash is known as the same mail.
    All mails of one thread (rule, story and target) refer to one root that is never sent, which is
    enough for clients to show them together whichever arrived first; an update is a reply to the
    first one besides. A digest or summary is a thread of its own.
    """
    message = message_of(notice, zone=zone, links=links)
    domain = mailbox.sender[1].rpartition("@")[2]
    mail = EmailMessage(policy=_Policy(linesep="\r\n"))
    mail["Subject"] = message.subject
    mail["From"] = _address(*mailbox.sender)
    mail["To"] = [_address(*person) for person in mailbox.to]
    if mailbox.cc:
        mail["Cc"] = [_address("", address) for address in mailbox.cc]
    if mailbox.reply_to:
        mail["Reply-To"] = [_address("", address) for address in mailbox.reply_to]
    mail["Date"] = notice.created or notice.alert.seen
    mail["Message-ID"] = _message_id(notice, domain)
    thread = notice.thread or f"{notice.rule} {notice.story_id} {notice.target}"
    if notice.digest:
        thread = notice.identity
    root, first = f"<story.{_digest('thread', thread)}@{domain}>", notice.replies_to
    mail["In-Reply-To"] = first or root
    mail["References"] = f"{root} {first}" if first else root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Watcher-Rule"] = clean(notice.rule)
    if message.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
    mail["Content-Language"] = "ar"
    mail.set_content(as_text(message, templates), cte="base64")
    mail.add_alternative(as_html(message, templates), subtype="html", cte="base64")
    return mail


def hand_over(
    mail: EmailMessage, mailbox: Mailbox, *, taken: dict[str, str], timeout_s: float
) -> Outcome:
    """Give a mail to the mail server; blocks, at most about `timeout_s` a step.

    Recipients in `taken` have it already and are left out; those the server accepts are added, so
    that a refusal for one of them does not repeat the mail for the others.
    """
    receipt = str(mail["Message-ID"])
    people = [*(address for _, address in mailbox.to), *mailbox.cc, *mailbox.bcc]
    waiting = [person for person in dict.fromkeys(people) if person not in taken]
    if not waiting:  # an earlier attempt was given up, yet went through
        return Sent("SMTP 250", receipt)
    try:
        with _session(mailbox, timeout_s) as server:
            reached("server-reached")
            refused = server.send_message(mail, mailbox.sender[1], waiting)
    except smtplib.SMTPRecipientsRefused as error:
        return _about_refused(error.recipients, taken, receipt)
    except smtplib.SMTPResponseException as error:
        return verdict.of_smtp(error.smtp_code, _words(error.smtp_error))
    except smtplib.SMTPNotSupportedError as error:
        return TryAgain(f"the mail server lacks something: {error}")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return TryAgain(_connection_fault(error), is_of_target=not _is_in_the_middle(error))
    reached("message-left")
    taken.update({person: "" for person in waiting if person not in refused})
    return _about_refused(refused, taken, receipt) if refused else Sent("SMTP 250", receipt)


def limits_of(mailbox: Mailbox) -> Limits:
    """Say how fast its server takes mails; targets of one account share it."""
    return {f"mail {mailbox.host}:{mailbox.port} {mailbox.user}": pace.MAIL}


@contextlib.contextmanager
def _session(mailbox: Mailbox, timeout_s: float) -> Iterator[smtplib.SMTP]:
    if mailbox.security == "ssl":
        server: smtplib.SMTP = _TlsSession(
            mailbox.host, mailbox.port, timeout=timeout_s, context=_tls(verify=mailbox.verify)
        )
    else:
        server = _Session(mailbox.host, mailbox.port, timeout=timeout_s)
    try:
        if mailbox.security == "starttls":
            server.starttls(context=_tls(verify=mailbox.verify))
        if mailbox.user and mailbox.password:
            server.login(mailbox.user, mailbox.password)
        yield server
    finally:
        # Whatever QUIT meets, the outcome is known by then.
        with contextlib.suppress(smtplib.SMTPException, OSError, _TalksOnError):
            server.quit()
        server.close()


class _TalksOnError(ValueError):
    """No OSError: the library would call it a server that hung up."""


class _Bounded:
    """What a server says, up to a limit: the library reads a reply of many lines to its end."""

    def __init__(self, sock: socket.socket) -> None:
        self._file = sock.makefile("rb")
        self._left = MOST_SAID

    def readline(self, most: int) -> bytes:
        """Give the next line; _TalksOnError where all of them together are too long."""
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise _TalksOnError
        return line

    def close(self) -> None:
        """Let go."""
        self._file.close()


class _Session(smtplib.SMTP):
    """A conversation in which the server may say so much and no more."""

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; _TalksOnError where it has no end."""
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock)
        try:
            return super().getreply()
        except _TalksOnError:
            self.close()
            raise


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


@functools.cache
def _tls(*, verify: bool) -> ssl.SSLContext:
    """Read the machine's certificates once: it takes longer than the rest of a conversation."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _about_refused(
    refused: dict[str, tuple[int, bytes]], taken: Collection[str], receipt: str
) -> Outcome:
    """Judge refusals of single recipients: one that may pass later keeps the notice waiting."""
    said = {person: verdict.of_smtp(code, _words(text)) for person, (code, text) in refused.items()}
    passing = [f"{who}: {o.why}" for who, o in said.items() if isinstance(o, TryAgain)]
    never = [f"{who}: {o.why}" for who, o in said.items() if isinstance(o, Refused)]
    if passing:
        return TryAgain("; ".join(passing))
    if taken:
        return Sent(verdict.but_not_for("SMTP 250", never), receipt)
    return Refused("; ".join(never))


def _is_in_the_middle(error: Exception) -> bool:
    """Tell a server that hung up on this very mail, as some do on one that they cannot bear."""
    if isinstance(error, _TalksOnError):
        return False
    is_hung_up = isinstance(error, smtplib.SMTPServerDisconnected | ValueError)
    return is_hung_up and "timed out" not in str(error)


def _connection_fault(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the mail server's certificate was not accepted"
    # Once connected, smtplib words a timeout as a disconnection.
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "the mail server did not answer in time"
    if isinstance(error, _TalksOnError):
        return "the mail server talks without end"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server hung up in the middle"
    if isinstance(error, OSError) and error.strerror:
        return f"the mail server could not be reached: {error.strerror}"
    return f"the mail could not be handed over ({type(error).__name__})"


def _words(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return clean(text)[:_LONGEST_REPLY]


def _message_id(notice: Notice, domain: str) -> str:
    """Make the Message-ID of identity and article.

    Identity alone would return when a database starts anew, and mail servers drop what they have
    seen before.
    """
    alert = notice.alert
    return f"<{_digest(notice.identity, alert.url, alert.seen.isoformat())}@{domain}>"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _address(display: str, address: str) -> Address:
    return Address(clean(display), addr_spec=clean(address))
