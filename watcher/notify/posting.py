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


def post_json(
    address: SlackAddress | TelegramAddress, payload: Mapping[str, Any], headers: Mapping[str, str]
) -> requests.Response | TryAgain:
    """Post a payload, following no redirect; blocks. Without an answer it is tried again."""
    try:
        return requests.post(
            address.url,
            data=json.dumps(payload, ensure_ascii=False).encode(),
            headers=headers,
            verify=address.verify,
            timeout=address.timeout_s,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return TryAgain(verdict.of_broken_request(error), is_of_target=True)
