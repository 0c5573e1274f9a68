"""Keeps secrets out of every log record and answer, whoever writes them."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.model import Secret

_SHORTEST = 4
"""Shorter pieces are words such as `to` or a port, and would blot out half of every line."""
_MAIL_SCHEMES = frozenset({"mailto", "mailtos"})
_LOGGERS = ("apprise", "urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry")


class Mask(logging.Filter):
    """Replaces every known secret by stars, in log records and in plain text."""

    def __init__(self, urls: Iterable[Secret] = ()) -> None:
        super().__init__()
        found = {piece for url in urls for piece in _secrets(url.reveal())}
        self._secrets = sorted(found, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Give the text with stars in place of secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask a record in place; tracebacks quote addresses, so they are dropped."""
        record.msg, record.args = self(record.getMessage()), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True

    def install(self) -> None:
        """Guard the loggers of the libraries that see secrets, and keep them from DEBUG.

        At DEBUG Apprise prints whole tokens and urllib3 the path of every request.
        """
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.INFO))
            logger.addFilter(self)

    def remove(self) -> None:
        """Take the guard off again; the level stays."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)


def _secrets(url: str) -> Iterator[str]:
    """Give what must not be seen of an address, raw, decoded and as servers echo it."""
    for piece in _pieces(url):
        for form in (piece, unquote(piece)):
            if len(form) >= _SHORTEST:
                yield form
                yield base64.b64encode(form.encode()).decode().rstrip("=")


def _pieces(url: str) -> Iterator[str]:
    scheme, divider, rest = url.partition("://")
    if not divider:
        yield url
    head, _, query = rest.partition("?")
    place, _, path = head.partition("/")
    login, _, host = place.rpartition("@")
    yield from login.split(":")[1 if _is_mail(scheme) else 0 :]
    arguments = [item.partition("=")[::2] for item in query.replace(";", "&").split("&")]
    if _is_mail(scheme):
        yield from (value for key, value in arguments if "pass" in key.lower())
        yield _plain_login(url)
        return
    # tgram:// and slack:// keep a token where others keep the host, which has a dot or is local.
    if "." not in host and not host.lower().startswith("localhost"):
        yield from host.split(":")
    yield from path.split("/")
    yield from (value for _, value in arguments)


def _is_mail(scheme: str) -> bool:
    return scheme.strip().lower() in _MAIL_SCHEMES


def _plain_login(url: str) -> str:
    """Give what AUTH PLAIN sends, which some servers quote in their refusal."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return f"\0{user}\0{password}" if password else ""
