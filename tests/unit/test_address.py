"""Addresses as strangers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from watcher.fetch import address


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        pytest.param(
            " https://news.example/خبر\n",
            "https://news.example/%D8%AE%D8%A8%D8%B1",
            id="raw Arabic and blanks around",
        ),
        pytest.param("http://خبر.example/", "http://xn--ngblk.example/", id="an Arabic host"),
        pytest.param("HTTP://News.Example/A", "http://news.example/A", id="capitals"),
        pytest.param("http://a.example/x#part", "http://a.example/x", id="a fragment"),
        pytest.param("http://a.example:80/x", "http://a.example/x", id="the usual port"),
        pytest.param("http://a.example/?q=a%26b&c=", "http://a.example/?q=a%26b&c=", id="query"),
        pytest.param("http://a.example/%c7", "http://a.example/%C7", id="another charset"),
        pytest.param("http://a.example/\udcc7", "http://a.example/%C7", id="a lone byte"),
    ],
)
def test_reads(written, asked):
    assert str(address.read(written)) == asked


@given(st.text(), st.sampled_from(["", "http://", "https://a.example/", "//", "?", "http://a@b:c"]))
def test_any_text_is_an_address_or_a_reason(text, start):
    try:
        url = address.read(start + text)
    except ValueError:
        return
    else:
        assert url.scheme in {"http", "https"}
        assert str(url).isascii()
        assert address.read(str(url)) == url


_logins = st.sampled_from(["", "me:secret@", "me@", ":secret@"])
_origins = st.sampled_from(["http://{}a.example/", "https://{}a.example/", "http://{}b.example/"])


@given(_origins, _logins, _origins | st.sampled_from(["/next", "next", "//{}a.example/"]), _logins)
def test_a_login_never_reaches_another_origin(origin, login, target, stranger):
    current = URL(origin.format(login) + "old")
    reached = address.follow(current, target.format(stranger))
    if reached.origin() == current.origin():
        assert (reached.user, reached.password) == (current.user, current.password)
    else:
        assert (reached.user, reached.password) == (None, None)


@given(st.text())
def test_no_location_leads_out_of_the_web(location):
    try:
        reached = address.follow(URL("http://a.example/old"), location)
    except ValueError:
        return
    else:
        assert reached.scheme in {"http", "https"}


def test_what_is_shown_has_no_login():
    assert address.shown(URL("http://me:secret@a.example/x")) == "http://a.example/x"
