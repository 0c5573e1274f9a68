"""One JSON request to a service that we talk to ourselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import requests

from watcher.model import TryAgain
from watcher.notify import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.notify.services import SlackAddress, TelegramAddress


MOST_ANSWER = 256 * 1024
"""Bytes of an answer that are read: no service says anything of use behind that."""


def post_json(
    address: SlackAddress | TelegramAddress, payload: Mapping[str, Any], headers: Mapping[str, str]
) -> requests.Response | TryAgain:
    """Post a payload, following no redirect; blocks. Without an answer it is tried again."""
    try:
        with requests.post(
            address.url,
            data=json.dumps(payload, ensure_ascii=False).encode(),
            headers=headers,
            verify=address.verify,
            timeout=address.timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            _read(response)
            return response
    except requests.RequestException as error:
        return TryAgain(verdict.of_broken_request(error), is_of_target=True)


def _read(response: requests.Response) -> None:
    """Read as much of an answer as can matter, also of one that never ends."""
    pieces, left = [], MOST_ANSWER
    for piece in response.iter_content(8192):
        pieces.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    response._content = b"".join(pieces)  # noqa: SLF001 - what `content` would make of it, unbounded
