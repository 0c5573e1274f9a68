"""Lists of sources as OPML, there and back, and those of other readers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import load_document, read_sources
from watcher.config.write import add, as_yaml
from watcher.errors import WatcherError
from watcher.model import Source
from watcher.opml import proposed_id, read_opml, unique, write_opml

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>mine</title></head><body>
  <outline text="العراق"><outline text="سياسة">
    <outline type="rss" text="صحيفة النهر" xmlUrl="https://www.nahr.example/rss" htmlUrl="https://nahr.example/"/>
    <outline type="rss" text="Wadi Press" xmlUrl="https://wadi.example/feed" language="ar-iq" category="/IQ,press"/>
  </outline></outline>
  <outline text="again" xmlUrl="https://WWW.nahr.example/rss"/>
  <outline text="a file" xmlUrl="file:///etc/passwd"/>
  <outline text="channel" xmlUrl="https://t.me/s/nahr_news"/>
  <outline text="only a folder"/>
</body></opml>"""

# No source has `${` in its words: it names a variable of the environment.
_words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: "${" not in text
)
_slugs = st.text("abnoxyz019", min_size=1, max_size=8)
_sources = st.lists(
    st.builds(
        Source,
        id=_slugs,
        name=_words,
        url=st.builds("https://{}.example/{}".format, _slugs, _slugs),
        kind=st.sampled_from(["feed", "sitemap", "listing"]),
        site=st.sampled_from(["", "https://nahr.example"]),
        language=st.sampled_from(["ar", "en", "ku"]),
        group=st.one_of(st.just(""), _words),
        section=st.one_of(st.just(""), _words),
        tags=st.lists(_slugs, unique=True, max_size=3).map(tuple),
        pages=st.sampled_from(["auto", "always", "never"]),
        enabled=st.booleans(),
        min_interval_s=st.sampled_from([None, 300.0]),
    ),
    unique_by=(lambda source: source.id, lambda source: source.url),
    max_size=6,
)


def by_id(sources: list[Source] | tuple[Source, ...]) -> dict[str, Source]:
    return {source.id: source for source in sources}


@given(_sources)
def test_what_was_exported_is_imported_unchanged(sources: list[Source]) -> None:
    read, skipped = read_opml(write_opml(sources))

    assert skipped == []
    assert by_id(read) == by_id(sources)


def test_what_only_some_kinds_have_survives_too() -> None:
    sources = [
        Source("c", "قناة", "https://t.me/s/nahr_news", kind="telegram"),
        Source("m", "مرآة", "https://mirror.example/s/nahr_news", kind="telegram"),
        Source(
            "l", "قائمة", "https://nahr.example/iraq", kind="listing", links='ul[class="a"] > a'
        ),
    ]

    assert read_opml(write_opml(sources)) == (sources, [])


@given(_sources)
def test_what_is_written_as_yaml_is_read_unchanged(sources: list[Source]) -> None:
    document, problems = load_document("sources.yaml", f"sources:\n{as_yaml(sources)}")
    assert document is not None
    read, wrong = read_sources(document)

    assert [p for p in (*problems, *wrong) if p.level == "error"] == []
    assert list(read) == sources


def test_a_list_of_another_reader_is_taken_over() -> None:
    sources, skipped = read_opml(FOREIGN.encode())

    assert sources == [
        Source(
            id="nahr",
            name="صحيفة النهر",
            url="https://www.nahr.example/rss",
            site="https://nahr.example/",
            section="سياسة",
            tags=("العراق",),
        ),
        Source(
            id="wadi-press",
            name="Wadi Press",
            url="https://wadi.example/feed",
            section="سياسة",
            tags=("العراق", "IQ", "press"),
        ),
        Source(id="channel", name="channel", url="https://t.me/s/nahr_news", kind="telegram"),
    ]
    assert [(one.title, one.why.partition(",")[0]) for one in skipped] == [
        ("again", "the address is that of 'nahr'"),
        ("a file", "expected an address that starts with https://"),
    ]


def test_known_sources_are_skipped_and_their_ids_not_taken() -> None:
    known = [
        Source("nahr", "x", "https://other.example/"),
        Source("w", "w", "https://wadi.example/feed"),
    ]
    sources, skipped = read_opml(FOREIGN.encode(), known)

    assert [source.id for source in sources] == ["nahr-2", "channel"]
    assert "the address is that of 'w'" in [one.why for one in skipped]


@pytest.mark.parametrize(
    ("title", "url", "id_"),
    [
        ("Wadi Press", "https://x.example/", "wadi-press"),
        ("صحيفة", "https://www.nahr.com.iq/rss", "nahr-com"),
        ("", "https://t.me/s/nahr_news", "nahr-news"),
        ("", "http://127.0.0.1:80/", "127-0-0"),
    ],
)
def test_ids_are_made_of_what_is_known(title: str, url: str, id_: str) -> None:
    assert proposed_id(title, url) == id_


def test_ids_are_unique() -> None:
    assert unique("a", {"a", "a-2"}) == "a-3"


@pytest.mark.parametrize("body", [b"", b"nonsense", b"<html><body/></html>", b"\xff\xfe\x00"])
def test_what_is_no_opml_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match="this is no"):
        read_opml(body)


@given(st.binary(max_size=200))
def test_any_bytes_give_sources_or_a_reason(body: bytes) -> None:
    whole = b'<opml><body><outline xmlUrl="' + body + b'"/>' + body + b"</body></opml>"
    with contextlib.suppress(ValueError):
        read_opml(whole)


NEW = Source("nahr", "صحيفة النهر", "https://nahr.example/rss")


def test_sources_are_added_in_the_manner_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("sources:\n- id: a  # mine\n  url: https://a.example/\n")
    add(file, [NEW])

    assert file.read_text() == (
        "sources:\n- id: a  # mine\n  url: https://a.example/\n\n"
        "- id: nahr\n  url: https://nahr.example/rss\n  name: صحيفة النهر\n"
    )


def test_a_file_is_begun(tmp_path: Path) -> None:
    add(tmp_path / "new.yaml", [NEW])

    assert (tmp_path / "new.yaml").read_text().startswith("sources:\n\n  - id: nahr\n")


@pytest.mark.parametrize(
    "text", ["sources: []\n", "sources: [{id: a, url: 'https://a.example'}]\n"]
)
def test_a_file_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(text)
    with pytest.raises(WatcherError, match="Paste it yourself"):
        add(file, [NEW])

    assert [one.name for one in tmp_path.iterdir()] == ["sources.yaml"]
    assert file.read_text() == text
