from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import values
from watcher.config.values import (
    BadValueError,
    duration,
    network,
    same_address,
    show_duration,
    show_size,
    size,
    slug,
    time_zone,
    web_address,
)
from watcher.document import shorten


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("48h", 172_800),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("1h30m", 5400),
        ("0.5s", 0.5),
        ("٤٨h", 172_800),
        ("0s", 0),
    ],
)
def test_durations_are_seconds(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("10", "Write the unit: 10s, 10m or 10h."),
        ("5 minutes", "Write 5m."),
        ("3 Hours", "Write 3h."),
        ("10 m", "Write 10m."),
        ("12:30", "Write 12h30m or 12m30s."),
        ("00:20", "Write 20m or 20s."),
        ("-5m", "got '-5m'."),
        ("5M", "got '5M'."),
        ("", "got ''."),
        ("9" * 400 + "s", "…'."),
    ],
)
def test_a_duration_without_a_unit_gets_a_proposal(text, proposal):
    with pytest.raises(BadValueError, match="expected a duration such as") as told:
        duration(text)

    assert str(told.value).endswith(proposal)


@given(st.integers(min_value=1, max_value=10**9))
def test_durations_read_as_they_are_shown(seconds):
    assert duration(show_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10MB", 10 * 2**20),
        ("512KB", 512 * 2**10),
        ("512K", 512 * 2**10),
        ("1GiB", 2**30),
        ("1.5 GB", 3 * 2**29),
        ("10mb", 10 * 2**20),
    ],
)
def test_sizes_are_bytes(text, count):
    assert size(text) == count


@pytest.mark.parametrize("text", ["10", "1000000", "10XB", "MB", "9" * 400 + "MB", "-1MB", ""])
def test_other_sizes_are_refused(text):
    with pytest.raises(BadValueError, match="expected a size such as"):
        size(text)


@given(st.integers(min_value=1, max_value=2**12).map(lambda n: n * 2**20))
def test_sizes_read_as_they_are_shown(count):
    assert size(show_size(count)) == count


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Bagdad", "Did you mean 'Asia/Baghdad'?"),
        ("asia/baghdad", "Did you mean 'Asia/Baghdad'?"),
        ("Riyadh", "Did you mean 'Asia/Riyadh'?"),
        ("New York", "Did you mean 'America/New_York'?"),
        ("+03:00", "Write it as Continent/City"),
        ("Asia", "Write it as Continent/City"),
        ("../etc/passwd", "Write it as Continent/City"),
        ("/etc/localtime", "Write it as Continent/City"),
        ("A\0B", "Write it as Continent/City"),
        ("x" * 300, "Write it as Continent/City"),
    ],
)
def test_a_time_zone_that_is_none_gets_a_proposal(text, hint):
    with pytest.raises(BadValueError) as told:
        time_zone(text)

    assert hint in str(told.value)


@pytest.mark.parametrize("text", ["UTC", "Asia/Baghdad", "America/St_Johns"])
def test_time_zones_are_known(text):
    assert time_zone(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/rss",
        "http://example.org:8080/a?b=c&d=%D8%A3#e",
        "https://example.org/أخبار/أمن",
        "https://مثال.إختبار/feed",
        "http://127.0.0.1:8000/rss",
        "http://[::1]:8000/rss",
    ],
)
def test_web_addresses_are_kept_as_they_are_written(address):
    assert web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "example.org/rss",
        "//example.org/rss",
        "https:/example.org",
        "https://",
        "https://:80/",
        "file:///etc/hostname",
        "javascript:alert(1)",
        "https://example.org/a b",
        "https://user@example.org/",
        "https://user:hunter22@example.org/",
        "user:hunter22@example.org",
        "https://example.org:99999/",
        "https://[::1/",
        "https://exa\u2100mple.org/",
    ],
)
def test_other_addresses_are_refused_without_telling_a_password(address):
    with pytest.raises(BadValueError) as told:
        web_address(address)

    assert "hunter22" not in str(told.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://EXAMPLE.org./a", "https://example.org:443/a"),
        ("https://example.org/أمن", "https://example.org/%D8%A3%D9%85%D9%86"),
        ("https://example.org/a?q=أ", "https://example.org/a?q=%D8%A3#top"),
    ],
)
def test_spellings_of_one_address_are_the_same(one, other):
    assert same_address(one) == same_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "http://example.org/a"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/?a", "https://example.org/?b"),
        ("https://example.org/", "https://example.org:8443/"),
    ],
)
def test_different_addresses_stay_different(one, other):
    assert same_address(one) != same_address(other)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "127.0.0.1", "fd00::/8", "::1"])
def test_networks_are_kept_as_they_are_written(text):
    assert network(text) == text


@pytest.mark.parametrize("text", ["10.0.0.1/8", "intranet", "10.0.0.0/33", "", "10.0.0", "::/200"])
def test_other_networks_are_refused(text):
    with pytest.raises(BadValueError):
        network(text)


@pytest.mark.parametrize("text", ["ina", "tg-ina", "a1", "24-news"])
def test_ids_are_small_letters_digits_and_hyphens(text):
    assert slug(text) == text


@pytest.mark.parametrize("text", ["INA", "a_b", "-a", "a-", "a--b", "واع", "", "a b"])
def test_other_ids_are_refused(text):
    with pytest.raises(BadValueError):
        slug(text)


@given(st.text(max_size=400))
def test_a_quoted_value_is_one_short_printable_line(text):
    line = shorten(text)

    assert line.isprintable()
    assert len(line) <= 61


READERS = [
    values.boolean,
    values.duration,
    values.header,
    values.name,
    values.network,
    values.phrase,
    values.size,
    values.slug,
    values.time_zone,
    values.web_address,
    values.whole_number,
    values.one_of(["low", "high"]),
    values.bounded(values.duration, 1, 60, show_duration),
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__qualname__)
@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(read, text):
    try:
        read(text)
    except BadValueError as told:
        assert str(told)  # noqa: PT017 - either outcome is right, anything else is not
