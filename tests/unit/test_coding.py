"""Content-Encoding undone piece by piece, under a cap."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetch.coding import BadCoding, Body, TooLarge, Truncated

if TYPE_CHECKING:
    from collections.abc import Callable

_PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "": bytes,
}
_CODINGS = [name for name in _PACK if name]
_ARTICLE = "<p>أعلنت الوزارة بدء العمل في الميناء الجديد</p>".encode() * 300


def _unpack(declared: str, data: bytes, *, step: int = 2**16, most: int = 2**20) -> Body:
    body = Body(declared, most)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body


def _headless(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        pytest.param("GZIP", gzip.compress(_ARTICLE), id="in capitals"),
        pytest.param("x-gzip", gzip.compress(_ARTICLE), id="by its old name"),
        pytest.param("deflate", _headless(_ARTICLE), id="deflate without its head"),
        pytest.param("gzip", gzip.compress(_ARTICLE) + b"\0" * 9, id="padding behind the end"),
        pytest.param("gzip", gzip.compress(_ARTICLE) + b"<!-- -->", id="a banner behind the end"),
        pytest.param(
            "gzip",
            gzip.compress(_ARTICLE[:99]) + gzip.compress(_ARTICLE[99:]),
            id="two gzip members",
        ),
        pytest.param(
            "zstd", zstd.compress(_ARTICLE[:99]) + zstd.compress(_ARTICLE[99:]), id="two frames"
        ),
        pytest.param("gzip, br", brotli.compress(gzip.compress(_ARTICLE)), id="two codings"),
        pytest.param("identity", _ARTICLE, id="identity"),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 2**16])
def test_unpacks(declared, sent, step):
    body = _unpack(declared, sent, step=step)
    assert (body.finish(), body.remarks) == (_ARTICLE, [])


@given(
    coding=st.sampled_from(list(_PACK)),
    start=st.sampled_from([b"<", b"\x00", b""]),
    data=st.binary(max_size=2_000),
    step=st.integers(1, 500),
)
def test_the_pieces_do_not_matter(coding, start, data, step):
    assert _unpack(coding, _PACK[coding](start + data), step=step).finish() == start + data


@given(coding=st.sampled_from(_CODINGS), cut=st.integers(1, 100))
def test_what_is_cut_off_is_never_taken_for_whole(coding, cut):
    sent = _PACK[coding](_ARTICLE)[:-cut]
    if sent:
        with pytest.raises(Truncated):
            _unpack(coding, sent).finish()


@given(
    declared=st.text() | st.lists(st.sampled_from(list(_PACK))).map(", ".join),
    data=st.binary(max_size=500),
    head=st.sampled_from([b"", b"<", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c"]),
    step=st.integers(1, 100),
)
def test_any_bytes_give_a_body_or_a_finding(declared, data, head, step):
    with contextlib.suppress(BadCoding, TooLarge, Truncated):
        assert len(_unpack(declared, head + data, step=step, most=300).finish()) <= 300


@pytest.mark.parametrize("coding", _CODINGS)
def test_a_bomb_is_left_before_it_fills_the_memory(coding):
    sent = _PACK[coding](bytes(2**25))
    body = Body(coding, 2**20)
    with pytest.raises(TooLarge):
        body.feed(sent)
    assert len(body._out) < 2**22


def test_a_bomb_of_nothing_but_empty_members_is_left_too():
    with pytest.raises(BadCoding, match="more than 1000"):
        _unpack("gzip", gzip.compress(b"") * 2_000).finish()


@pytest.mark.parametrize("coding", _CODINGS)
def test_an_empty_body_is_empty_whatever_is_declared(coding):
    assert _unpack(coding, b"").finish() == b""
