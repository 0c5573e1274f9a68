"""Fetching from a real server on loopback that is good, slow, wrong or hostile."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.site import (
    Answer,
    Reply,
    Request,
    Site,
    bomb,
    encoded,
    endless,
    header_flood,
    moved,
    page,
    raw,
    rss,
    slow_body,
    slow_head,
    too_many,
    truncated_gzip,
)
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Fetched, FetchFailed, NotModified, Validators

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_LOOPBACK = FetchSettings(pause_s=0, allow_networks=("127.0.0.0/8", "::1"))
_FEED = rss(("انفجار في المرفأ", "http://news.example/1"), ("هدنة", "http://news.example/2"))


@asynccontextmanager
async def _fetcher(**changes: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(replace(_LOOPBACK, **changes)) as fetcher:
        yield fetcher


async def _fetch(url: str, validators: Validators | None = None, **changes: Any):
    async with _fetcher(**changes) as fetcher:
        return await fetcher.fetch(url, validators or Validators())


async def _failure(url: str, **changes: Any) -> FetchFailed:
    outcome = await _fetch(url, **changes)
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


# --- the good case ------------------------------------------------------------------------------


async def test_brings_the_body_and_what_to_ask_with_next_time(site: Site):
    site.on("/feed", page(_FEED, "application/rss+xml", etag='"7"', last_modified="yesterday"))
    outcome = await _fetch(site.url("/feed"))
    assert isinstance(outcome, Fetched)
    assert outcome == Fetched(
        url=site.url("/feed"),
        final_url=site.url("/feed"),
        body=_FEED,
        content_type="application/rss+xml",
        validators=Validators('"7"', "yesterday", hashlib.sha256(_FEED).hexdigest()),
        date=outcome.date,
    )
    assert outcome.date.endswith("GMT")


async def test_says_who_we_are_and_what_we_take(site: Site):
    site.on("/feed", page(_FEED))
    async with _fetcher(user_agent="watcher/1 (+https://desk.example)") as fetcher:
        await fetcher.fetch(site.url("/feed"))
        await fetcher.fetch(site.url("/feed"), accept="page")
    feed, article = (request.headers for request in site.asked("/feed"))
    assert feed["user-agent"] == "watcher/1 (+https://desk.example)"
    assert feed["accept-encoding"] == "gzip, deflate, br, zstd"
    assert feed["accept"].startswith("application/rss+xml")
    assert article["accept"].startswith("text/html")
    assert "if-none-match" not in feed


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"etag": '"7"'}, id="by etag"),
        pytest.param({"last_modified": "Sat, 04 May 2024 09:00:00 GMT"}, id="by date"),
    ],
)
async def test_asks_only_for_what_is_new(site: Site, known: dict[str, Any]):
    site.on("/feed", page(_FEED, **known))
    first = await _fetch(site.url("/feed"))
    assert isinstance(first, Fetched)
    assert await _fetch(site.url("/feed"), first.validators) == NotModified(
        site.url("/feed"), "304", first.validators
    )


async def test_notices_the_same_bytes_from_a_server_that_never_says_304(site: Site):
    site.on("/feed", page(_FEED))
    first = await _fetch(site.url("/feed"))
    second = await _fetch(site.url("/feed"), first.validators)
    assert isinstance(second, NotModified)
    assert second.why == "same bytes"


async def test_a_304_keeps_the_hash_and_renews_the_etag(site: Site):
    site.on("/feed", Reply(304, headers=(("ETag", '"8"'), ("Cache-Control", "max-age=300"))))
    outcome = await _fetch(site.url("/feed"), Validators('"7"', "", "abc"))
    assert outcome == NotModified(
        site.url("/feed"), "304", Validators('"8"', "", "abc"), fresh_for_s=300
    )


async def test_a_304_that_nobody_asked_for_is_a_failure(site: Site):
    site.on("/feed", Reply(304))
    assert (await _failure(site.url("/feed"))).why == "protocol"


async def test_an_etag_that_could_not_be_sent_back_is_not_kept(site: Site):
    site.on("/feed", Reply(200, _FEED, (("ETag", '"مرحبا"'),)))
    first = await _fetch(site.url("/feed"))
    assert first.validators.etag == ""
    assert isinstance(await _fetch(site.url("/feed"), first.validators), NotModified)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Cache-Control": "public, max-age=600"}, 600, id="max-age"),
        pytest.param({"Cache-Control": "max-age=600", "Age": "500"}, 100, id="less its age"),
        pytest.param({"Cache-Control": "max-age=60", "Age": "500"}, 0, id="stale on arrival"),
        pytest.param({"Cache-Control": "s-maxage=600"}, None, id="for shared caches only"),
        pytest.param({"Cache-Control": "no-cache, max-age=600"}, None, id="no-cache"),
        pytest.param(
            {
                "Date": "Sat, 04 May 2024 09:00:00 GMT",
                "Expires": "Sat, 04 May 2024 09:05:00 GMT",
            },
            300,
            id="expires, by the server's clock",
        ),
        pytest.param({"Expires": "0"}, None, id="expires at no date"),
    ],
)
async def test_reads_how_long_nothing_new_is_promised(site: Site, headers, seconds):
    site.on("/feed", Reply(200, _FEED, tuple(headers.items())))
    assert (await _fetch(site.url("/feed"))).fresh_for_s == seconds


async def test_keeps_no_cookies(site: Site):
    site.on("/feed", page(_FEED, headers=(("Set-Cookie", "id=1; Path=/"),)))
    async with _fetcher() as fetcher:
        await fetcher.fetch(site.url("/feed"))
        await fetcher.fetch(site.url("/feed"))
    assert [("cookie" in request.headers) for request in site.asked("/feed")] == [False, False]


async def test_ignores_the_proxy_of_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    site.on("/feed", page(_FEED))
    assert isinstance(await _fetch(site.url("/feed")), Fetched)


async def test_brings_bytes_as_they_are_whatever_charset_is_claimed(site: Site):
    body = "<p>عاجل</p>".encode("windows-1256")
    site.on("/feed", page(body, "text/html; charset=utf-8"))
    outcome = await _fetch(site.url("/feed"))
    assert (outcome.body, outcome.content_type) == (body, "text/html; charset=utf-8")


async def test_an_empty_body_is_remarked(site: Site):
    site.on("/feed", page(b""))
    outcome = await _fetch(site.url("/feed"))
    assert (outcome.body, outcome.remarks) == (b"", ("the body is empty",))


@pytest.mark.parametrize(
    ("given_path", "asked_path"),
    [
        pytest.param(
            "/أخبار?ق=١",
            "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1?%D9%82=%D9%A1",
            id="raw Arabic",
        ),
        pytest.param("/%D8%A3/%c7%e1", "/%D8%A3/%C7%E1", id="encoded in two charsets"),
        pytest.param("/a b", "/a%20b", id="a space"),
        pytest.param("/a%2Fb?c=%2B+d", "/a%2Fb?c=%2B+d", id="encoded marks stay encoded"),
        pytest.param("/a#part", "/a", id="a fragment"),
    ],
)
async def test_addresses_are_encoded_as_servers_expect(site: Site, given_path, asked_path):
    site.on(asked_path, page(_FEED))
    assert isinstance(await _fetch(site.url(given_path)), Fetched)


# --- redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "hops_moved"),
    [
        pytest.param((301,), 1, id="301"),
        pytest.param((308, 301), 2, id="308 then 301"),
        pytest.param((302,), 0, id="302"),
        pytest.param((307,), 0, id="307"),
        pytest.param((302, 301), 0, id="301 behind a 302"),
        pytest.param((301, 302), 1, id="302 behind a 301"),
    ],
)
async def test_reports_where_permanent_redirects_lead(site: Site, statuses, hops_moved):
    for number, status in enumerate(statuses):
        site.on(f"/{number}", moved(f"/{number + 1}", status))
    site.on(f"/{len(statuses)}", page(_FEED))
    outcome = await _fetch(site.url("/0"))
    assert outcome.final_url == site.url(f"/{len(statuses)}")
    assert outcome.moved_to == (site.url(f"/{hops_moved}") if hops_moved else "")


async def test_a_moved_feed_that_has_nothing_new_still_says_that_it_moved(site: Site):
    site.on("/old", moved("/new"))
    site.on("/new", page(_FEED, etag='"7"'))
    outcome = await _fetch(site.url("/old"), Validators(etag='"7"'))
    assert outcome == NotModified(site.url("/old"), "304", Validators(etag='"7"'), site.url("/new"))


async def test_follows_a_redirect_to_raw_arabic(site: Site):
    site.on("/old", moved("/خبر"))
    site.on("/%D8%AE%D8%A8%D8%B1", page(_FEED))
    assert isinstance(await _fetch(site.url("/old")), Fetched)


async def test_follows_a_redirect_in_bytes_of_no_known_charset(site: Site):
    site.on("/old", raw(b"HTTP/1.1 301 x\r\nContent-Length: 0\r\nLocation: /\xce\xc8\xd1\r\n\r\n"))
    site.on("/%CE%C8%D1", page(_FEED))
    assert isinstance(await _fetch(site.url("/old")), Fetched)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param({"/0": moved("/0")}, "in a circle", id="to itself"),
        pytest.param({"/0": moved("/1"), "/1": moved("/0")}, "in a circle", id="there and back"),
        pytest.param(
            {f"/{n}": moved(f"/{n + 1}") for n in range(9)}, "more than 5 redirects", id="too many"
        ),
        pytest.param({"/0": Reply(301)}, "without Location", id="to nowhere"),
        pytest.param({"/0": moved("file:///etc/hostname")}, "not 'file'", id="to a file"),
        pytest.param({"/0": moved("javascript:alert(1)")}, "not 'javascript'", id="to a script"),
        pytest.param({"/0": moved("http://[::1")}, "not an address", id="to no address"),
    ],
)
async def test_redirects_that_lead_nowhere_are_failures(site: Site, answers, words):
    for path, answer in answers.items():
        site.on(path, answer)
    failure = await _failure(site.url("/0"))
    assert failure.why == "redirect"
    assert words in failure.detail
    assert len(site.requests) <= 6


async def test_a_login_stays_with_its_own_server(site: Site):
    site.on("/old", moved(site.url("/new", host="localhost")))
    site.on("/new", page(_FEED))
    outcome = await _fetch(site.url("/old").replace("//", "//me:secret@"))
    assert [("authorization" in r.headers) for r in site.requests] == [True, False]
    assert outcome.moved_to == ""
    assert "secret" not in outcome.final_url


async def test_a_login_goes_along_within_its_own_server(site: Site):
    site.on("/old", moved("/new"))
    site.on("/new", page(_FEED))
    outcome = await _fetch(site.url("/old").replace("//", "//me:secret@"))
    assert [("authorization" in r.headers) for r in site.requests] == [True, True]
    assert outcome.final_url == site.url("/new")


async def test_a_login_in_a_redirect_is_dropped(site: Site):
    site.on("/old", moved(site.url("/new").replace("//", "//admin:admin@")))
    site.on("/new", page(_FEED))
    await _fetch(site.url("/old"))
    assert "authorization" not in site.asked("/new")[0].headers


# --- the guard ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
    ],
)
async def test_refuses_addresses_that_are_not_public(site: Site, host):
    failure = await _failure(f"http://{host}:{site.port}/feed", allow_networks=())
    assert failure.why == "address", failure
    assert "allow_networks" in failure.detail
    assert not site.requests


@pytest.mark.parametrize("inner", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"])
async def test_refuses_them_behind_a_redirect_too(site: Site, inner):
    site.on("/feed", moved(inner, 302))
    failure = await _failure(site.url("/feed"))
    assert failure.why == "address"
    assert inner.split("/")[2] in failure.detail


async def test_a_redirect_from_an_allowed_network_does_not_open_another(site: Site):
    site.on("/feed", moved(site.url("/inner").replace("127.0.0.1", "127.0.0.2")))
    site.on("/inner", page(_FEED))
    failure = await _failure(site.url("/feed"), allow_networks=("127.0.0.1",))
    assert failure.why == "address"
    assert not site.asked("/inner")


# --- statuses and quiet -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "detail", "is_gone"),
    [
        (404, "nothing is at this address: 404 Not Found", False),
        (410, "the address is gone for good: 410 Gone", True),
        (403, "the server refuses us: 403 Forbidden", False),
        (500, "the server is in trouble: 500 Internal Server Error", False),
        (503, "the server is in trouble: 503 Service Unavailable", False),
        (204, "the server answers without a page: 204 No Content", False),
    ],
)
async def test_a_status_is_explained(site: Site, status, detail, is_gone):
    site.on("/feed", Reply(status))
    assert await _failure(site.url("/feed")) == FetchFailed(
        site.url("/feed"), "status", detail, status, None, is_gone
    )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Retry-After": "120"}, id="in seconds"),
        pytest.param(
            {
                "Date": "Sat, 04 May 2024 09:00:00 GMT",
                "Retry-After": "Sat, 04 May 2024 09:02:00 GMT",
            },
            id="as a date, by the server's clock",
        ),
    ],
)
async def test_a_host_that_asks_for_quiet_gets_it(site: Site, status, headers):
    site.on("/busy", Reply(status, headers=tuple(headers.items())))
    site.on("/feed", page(_FEED))
    async with _fetcher() as fetcher:
        asked = await fetcher.fetch(site.url("/busy"))
        other = await fetcher.fetch(site.url("/feed"))
        elsewhere = await fetcher.fetch(site.url("/feed", host="localhost"))
    assert isinstance(asked, FetchFailed)
    assert isinstance(other, FetchFailed)
    assert (asked.why, asked.status, asked.retry_after_s) == ("status", status, 120)
    assert other.why == "politeness"
    assert other.retry_after_s == pytest.approx(120, abs=5)
    assert isinstance(elsewhere, Fetched)
    assert len(site.asked("/feed")) == 1


async def test_a_429_without_a_word_means_a_minute(site: Site):
    site.on("/feed", too_many())
    assert (await _failure(site.url("/feed"))).retry_after_s == 60


async def test_at_most_two_requests_at_once_go_to_one_host(site: Site):
    inside = 0
    most = 0

    def answer(request: Request) -> Reply:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        site.pause(0.02)
        inside -= 1
        return Reply(200, request.path.encode())

    for number in range(8):
        site.on(f"/{number}", answer)
    async with _fetcher() as fetcher:
        await asyncio.gather(*(fetcher.fetch(site.url(f"/{n}")) for n in range(8)))
    assert most == 2
    assert len(site.requests) == 8


async def test_requests_to_one_host_start_a_pause_apart(site: Site):
    site.on("/feed", page(_FEED))
    async with _fetcher(pause_s=0.1) as fetcher:
        await asyncio.gather(*(fetcher.fetch(site.url("/feed")) for _ in range(4)))
    times = [request.at_s for request in site.requests]
    assert times[-1] - times[0] > 0.25


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "limit", "words"),
    [
        pytest.param(slow_head(30), "read_timeout", "silent for 0.3 s", id="silence first"),
        pytest.param(slow_body(30), "read_timeout", "silent for 0.3 s", id="silence later"),
        pytest.param(slow_body(0.05), "total_timeout", "within 0.3 s", id="a drip"),
        pytest.param(
            raw(*(part for _ in range(900) for part in (b"HTTP/1.1 100 Continue\r\n\r\n", 0.05))),
            "total_timeout",
            "within 0.3 s",
            id="always about to begin",
        ),
    ],
)
async def test_time_is_limited(site: Site, answer: Answer, limit: str, words: str):
    site.on("/feed", answer)
    failure = await _failure(site.url("/feed"), **{f"{limit}_s": 0.3})
    assert failure.why == "timeout"
    assert words in failure.detail
    assert f"fetch.{limit}" in failure.detail


async def test_the_total_covers_all_redirects_together(site: Site):
    late = raw(0.2, b"HTTP/1.1 302 x\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
    site.on("/feed", late)
    site.on("/next", slow_head(0.2))
    assert (await _failure(site.url("/feed"), total_timeout_s=0.3)).why == "timeout"


async def test_a_server_that_does_not_take_the_connection_is_a_timeout():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        with socket.create_connection(address):  # fills the only place in the queue
            url = f"http://127.0.0.1:{address[1]}/"
            failure = await _failure(url, connect_timeout_s=0.3)
    assert failure.why == "timeout"
    assert "fetch.connect_timeout" in failure.detail


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(bomb("gzip"), id="gzip bomb"),
        pytest.param(bomb("deflate"), id="deflate bomb"),
        pytest.param(bomb("br"), id="br bomb"),
        pytest.param(bomb("zstd"), id="zstd bomb"),
        pytest.param(endless(), id="endless body"),
        pytest.param(Reply(200, bytes(3 * 2**20)), id="announced"),
        pytest.param(
            Reply(200, pieces=lambda: (bytes(2**18) for _ in range(12))), id="not announced"
        ),
    ],
)
async def test_size_is_limited(site: Site, answer: Answer):
    site.on("/feed", answer)
    failure = await _failure(site.url("/feed"), max_bytes=2**20)
    assert failure.why == "too-large"
    assert "the limit is 1 MB (fetch.max_body)" in failure.detail


async def test_exactly_the_limit_is_within_it(site: Site):
    site.on("/feed", encoded(bytes(2**20), "gzip"))
    assert isinstance(await _fetch(site.url("/feed"), max_bytes=2**20), Fetched)


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_unpacks_every_coding_that_is_asked_for(site: Site, coding):
    site.on("/feed", encoded(_FEED * 500, coding))
    outcome = await _fetch(site.url("/feed"))
    assert outcome.body == _FEED * 500
    assert outcome.remarks == ()


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        pytest.param(
            encoded(_FEED, "identity", declared="gzip"),
            "declared as 'gzip' but not compressed",
            id="plain though declared gzip",
        ),
        pytest.param(
            encoded(_FEED, "identity", declared="br"),
            "declared as 'br' but not compressed",
            id="plain though declared br",
        ),
        pytest.param(
            encoded(_FEED, "gzip", declared=""),
            "gzip without Content-Encoding; unpacked",
            id="gzip though not declared",
        ),
        pytest.param(
            encoded(_FEED, "identity", declared="utf-8"),
            "unknown Content-Encoding 'utf-8'; taken as it is",
            id="a charset as encoding",
        ),
    ],
)
async def test_wrong_encodings_that_can_be_seen_through_are_remarked(site, answer, remark):
    site.on("/feed", answer)
    outcome = await _fetch(site.url("/feed"))
    assert outcome.body == _FEED
    assert outcome.remarks == (remark,)


@pytest.mark.parametrize("declared", ["gzip", "br", "zstd", "deflate"])
async def test_garbage_in_a_declared_encoding_is_a_failure(site: Site, declared):
    site.on("/feed", encoded(b"\x99garbage" * 99, "identity", declared=declared))
    failure = await _failure(site.url("/feed"))
    assert failure.why == "encoding"
    assert declared in failure.detail


async def test_a_gzip_stream_that_stops_is_not_taken_for_whole(site: Site):
    site.on("/feed", truncated_gzip(_FEED * 50))
    failure = await _failure(site.url("/feed"))
    assert (failure.why, failure.detail) == ("truncated", "the gzip body stops in the middle")


# --- servers that do not speak HTTP -------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(raw(b"<html>hello</html>"), "protocol", id="HTTP/0.9"),
        pytest.param(raw(b"\x16\x03\x01\x02\x00"), "protocol", id="TLS on the plain port"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol", id="another protocol"),
        pytest.param(raw(), "protocol", id="hangs up"),
        pytest.param(header_flood(), "protocol", id="header flood"),
        pytest.param(Reply(200, b"x", (("X", "y" * 70_000),)), "protocol", id="one endless header"),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"), "truncated", id="too short"
        ),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort"),
            "truncated",
            id="a chunk cut off",
        ),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n"),
            "protocol",
            id="chunks of no size",
        ),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "protocol", id="less than none"
        ),
        pytest.param(raw(b"HTTP/1.1 999 Go Away\r\nContent-Length: 0\r\n\r\n"), "status", id="999"),
    ],
)
async def test_broken_http_is_a_failure_with_a_sentence(site: Site, answer: Answer, why: str):
    site.on("/feed", answer)
    failure = await _failure(site.url("/feed"))
    assert failure.why == why, failure
    assert failure.detail.isprintable()
    assert failure.detail


async def test_nobody_there_is_a_failure():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failure = await _failure(f"http://127.0.0.1:{port}/")
    assert (failure.why, failure.detail) == (
        "refused",
        "no connection to 127.0.0.1: Connection refused",
    )


async def test_a_name_without_address_is_a_failure():
    failure = await _failure("http://nobody.invalid/")
    assert failure.why == "dns"
    assert "nobody.invalid" in failure.detail


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example",
        "ftp://news.example/",
        "file:///etc/hostname",
        "http://",
        "http://[x",
        "http://2130706433/",
    ],
)
async def test_what_is_no_web_address_is_a_failure(url):
    failure = await _failure(url)
    assert (failure.url, failure.why) == (url, "protocol")


async def test_a_certificate_that_is_not_trusted_is_a_failure(tmp_path: Path):
    certificate = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(
        lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        failure = await _failure(f"https://127.0.0.1:{port}/")
    assert failure.why == "tls"
    assert "is not trusted: self-signed certificate" in failure.detail


def _self_signed(folder: Path) -> Path:
    both = folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-keyout", str(both), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *names], check=True, capture_output=True)
    both.write_text(both.read_text() + (folder / "cert.pem").read_text())
    return both


async def test_https_asked_of_a_plain_server_is_a_failure(site: Site):
    failure = await _failure(site.url("/").replace("http:", "https:"))
    assert failure.why == "tls"


async def test_being_cancelled_leaves_the_fetcher_usable(site: Site):
    site.on("/slow", slow_head(30))
    site.on("/feed", page(_FEED))
    async with _fetcher() as fetcher:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await fetcher.fetch(site.url("/slow"))
        assert isinstance(await fetcher.fetch(site.url("/feed")), Fetched)


_heads = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 301 x\r\nLocation: ",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=_heads, rest=st.binary(max_size=200))
async def test_no_bytes_make_it_raise(site: Site, head: bytes, rest: bytes):
    site.on("/feed", raw(head + rest))
    outcome = await _fetch(site.url("/feed"), total_timeout_s=5)
    assert isinstance(outcome, Fetched | FetchFailed)
