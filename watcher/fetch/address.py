"""Addresses as strangers write them, made fit to be asked for. Pure."""

from __future__ import annotations

import re
import string
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote

from yarl import URL

_KEPT: Final = string.punctuation
_HOST_NAME: Final = re.compile(r"[a-z0-9._-]{1,253}")  # underscores are no rule and do exist


def read(text: str) -> URL:
    """Read an http or https address; raw Arabic, spaces and foreign hosts come out encoded.

    ValueError says what is wrong with it.
    """
    url = _parse(text)
    _check(url)
    return url.with_fragment(None)


def follow(current: URL, location: str) -> URL:
    """Give where a redirect from `current` leads; ValueError says why it leads nowhere.

    A login in the current address goes along to the same origin only; one in the redirect itself
    is a stranger's and is dropped.
    """
    if not location.strip():
        raise ValueError("a redirect without Location")
    target = current.join(_parse(location))
    _check(target)
    target = target.with_fragment(None).with_user(None)
    if target.origin() == current.origin():
        return target.with_user(current.user).with_password(current.password)
    return target


def shown(url: URL) -> str:
    """Give the address without login, for messages and records."""
    return str(url.with_user(None))


def _parse(text: str) -> URL:
    # Bytes that are no UTF-8 arrive as surrogates; they mean themselves, whatever their charset.
    stripped = text.strip()
    try:
        stripped.encode()
    except UnicodeEncodeError:
        stripped = quote(stripped.encode("utf-8", "surrogateescape"), safe=_KEPT)
    try:
        return URL(stripped)
    except (ValueError, IndexError) as error:  # yarl 1.25 runs off the end of "http://[)x@"
        raise ValueError(f"not an address: {stripped[:100]!r} ({error})") from error


def _check(url: URL) -> None:
    if url.scheme not in {"http", "https"}:
        name = url.scheme or "no scheme"
        raise ValueError(f"only http and https are fetched, not {name!r}")
    host = url.raw_host
    if not host:
        raise ValueError("an address without a host")
    if not (_HOST_NAME.fullmatch(host) or _is_ip(host)):
        raise ValueError(f"{host[:100]!r} is no name of a host")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
