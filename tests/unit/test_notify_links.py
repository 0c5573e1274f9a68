"""Signed links: what they hold, how long they last, and that nobody else can make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.readings import alert
from watcher.model import Digest, Links, Notice, Secret
from watcher.notify.links import LASTING, Signer, has_ended

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
SIGNER = Signer("https://watch.example.org/w", Secret("0123456789abcdef0123456789abcdef"))
NOTICE = Notice(7, "bridges.abc", "bridges", 3, "desk", alert(), created=NOW)
DIGEST = Digest("digest", NOW, NOW, (alert(), alert()))


def parts(link: str) -> tuple[str, int, int, str]:
    action, number, ends, signature = link.removeprefix(SIGNER.url + "/").split("/")
    return action, int(number), int(ends), signature


def test_a_link_says_what_it_does_to_which_notice_and_until_when() -> None:
    links = SIGNER.links(NOTICE)
    for link, action in ((links.acknowledge, "acknowledge"), (links.silence, "silence")):
        given_action, number, ends, signature = parts(link)
        assert (given_action, number) == (action, 7)
        assert datetime.fromtimestamp(ends, UTC) == NOW + LASTING
        assert SIGNER.is_genuine(action, number, ends, signature)
        assert link.isascii()
        assert len(link) < 200


def test_the_links_of_a_notice_are_the_same_over_retries() -> None:
    assert SIGNER.links(replace(NOTICE, attempts=5)) == SIGNER.links(NOTICE)


@pytest.mark.parametrize(
    ("notice", "has_silence"),
    [
        pytest.param(NOTICE, True, id="a story"),
        pytest.param(replace(NOTICE, story_id=None, rule="watcher"), False, id="own words"),
        pytest.param(replace(NOTICE, story_id=None, rule="", digest=DIGEST), False, id="a digest"),
        pytest.param(replace(NOTICE, story_id=None, digest=DIGEST), True, id="a storm of one rule"),
    ],
)
def test_there_is_a_link_to_silence_where_there_is_something_to_silence(
    notice: Notice, has_silence: bool
) -> None:
    assert bool(SIGNER.links(notice).silence) == has_silence
    assert SIGNER.links(notice).acknowledge


def test_what_is_not_on_record_has_no_links() -> None:
    assert SIGNER.links(replace(NOTICE, id=0)) == Links()


@given(
    st.sampled_from(["acknowledge", "silence"]),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.text(max_size=50),
)
def test_a_signature_holds_for_one_thing_only(
    action: str, number: int, ends: int, forged: str
) -> None:
    _, own, until, signature = parts(SIGNER.links(NOTICE).acknowledge)
    is_same = (action, number, ends) == ("acknowledge", own, until)
    assert SIGNER.is_genuine(action, number, ends, signature) == is_same
    assert not SIGNER.is_genuine(action, number, ends, forged)


def test_another_secret_signs_otherwise() -> None:
    other = replace(SIGNER, secret=Secret("f" * 32))
    assert not other.is_genuine(*parts(SIGNER.links(NOTICE).acknowledge))
    assert "0123" not in repr(SIGNER)


def test_a_link_ends_at_its_time() -> None:
    ends = int(NOW.timestamp())
    assert has_ended(ends, NOW)
    assert not has_ended(ends, NOW - timedelta(seconds=1))
    assert has_ended(10**17, NOW), "no calendar has that day"
