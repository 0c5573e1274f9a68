"""Bytes to text, for feeds and pages alike. Knows no XML or HTML beyond declarations.

Declarations lie more often than letters: old Arabic sites announce UTF-8 and send windows-1256, or
the reverse. So the bytes decide, and what is declared only breaks ties.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding that it was read with, and what was odd, in words for people."""

    text: str
    encoding: str
    remarks: tuple[str, ...] = ()


_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Form feed and vertical tab part words; the other C0 controls are dropped (XML 1.0 forbids them).
_SPACED: Final = bytes.maketrans(b"\x0b\x0c", b"  ")
_CONTROLS: Final = bytes(b for b in range(0x20) if b not in b"\t\n\r\x0b\x0c")
_CONTROL_TEXT: Final = {**dict.fromkeys(_CONTROLS), 0x0B: " ", 0x0C: " "}

_HEAD_BYTES: Final = 16_384  # pages announce their charset within the head, some after long scripts
_XML_ENCODING: Final = re.compile(
    r"""(<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*["']\s*([A-Za-z0-9._:\-]{1,40})\s*["']"""
)
_META_CHARSET: Final = re.compile(
    r"""(<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*)([A-Za-z0-9._:\-]{1,40})""", re.IGNORECASE
)
_HTTP_CHARSET: Final = re.compile(
    r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:\-]{1,40})""", re.IGNORECASE
)

_MULTIBYTE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_SEGMENT: Final = re.compile(rb"[^<>\n]+|[<>\n]")
_LETTER_RUN: Final = re.compile(rb"[\xc0-\xfe]{2,}")

# Codecs that are no charset of documents, or turn bytes into something else than text.
_FOREIGN: Final = re.compile(
    r"(windows|cp|ibm)-?\d{3,4}|(iso-?)?8859-?\d{1,2}|latin-?\d{1,2}|koi8-[rut]|gb(2312|k|18030)|big5(-?hkscs)?"
    r"|euc-?(jp|kr)|shift-?jis|tis-620|mac-?(roman|arabic|farsi|cyrillic)"
)

# How often each letter stands among the letters of Arabic news, in per cent (rounded; only the
# order of magnitude matters). Latin letters and undefined places get the small rest.
_LETTER_SHARE: Final = {
    letter: share
    for share, letters in (
        (15.0, "ا"),
        (12.0, "ل"),
        (7.0, "ي"),
        (6.0, "منو"),
        (4.5, "رتب"),
        (3.5, "ةعد"),
        (2.9, "أهسفق"),
        (2.1, "كح"),
        (1.2, "جإىصشطخ"),
        (0.8, "ضزثذ"),
        (0.6, "غئء"),
        (0.3, "ظؤآ"),
        (0.1, "پچژگکیہھ"),
        # Marks are rare in news and every second letter of a vocalized text.
        (9.0, "\u064e"),  # fatha
        (7.0, "\u0650"),  # kasra
        (5.0, "\u064f\u0652"),  # damma, sukun
        (3.0, "\u0651"),  # shadda
        (1.0, "\u064b\u064c\u064d"),  # tanwin
        (0.15, "\u0640"),  # tatweel
    )
    for letter in letters
}
_ARABIC_ENCODINGS: Final = ("windows-1256", "iso-8859-6")
_NOT_ARABIC: Final = math.log(0.00003)
# Arabic prose, vocalized or not, scores about -2.9 in its own encoding. Other scripts read as
# Arabic score below -4, but for Thai with -3.7: so a declared foreign script raises the bar.
_READS_AS_ARABIC: Final = -3.9
_READS_AS_ARABIC_DESPITE: Final = -3.4
# Two thirds of the letters must have a neighbor: an accented Latin letter stands alone.
_IN_WORDS: Final = 0.6


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Read `body` as text, whatever it declares; any bytes give some text.

    The order of evidence:

    1. a byte order mark, or the zero bytes that UTF-16 leaves without one;
    2. strict UTF-8: hardly any other text passes for it;
    3. damaged UTF-8: more whole sequences than broken ones. What cannot be read is replaced, and a
       passage that reads as Arabic in an older encoding is read in that;
    4. windows-1256 or iso-8859-6, whichever makes the bytes look more like Arabic prose by the
       frequencies of letters;
    5. the charset that HTTP, XML or HTML declares; windows-1252 where there is none.

    `content_type` is the HTTP header. The text has no control characters and no XML encoding
    declaration; the charset of an HTML head, if any, says utf-8.
    """
    encoding, start = _marked(body)
    if encoding and encoding != "utf-8":
        return _finished(_wide(body[start:], encoding), encoding, _declared(b"", content_type), ())
    plain = body[start:].translate(_SPACED, _CONTROLS)
    dropped = len(body) - start - len(plain)
    remarks = (f"control characters dropped: {dropped}",) if dropped else ()
    declared = _declared(plain[:_HEAD_BYTES], content_type)
    if start:
        declared = (("the byte order mark", "utf-8"), *declared)
    text, encoding, odd = _narrow(plain, [name for _, name in declared])
    return _finished(text, encoding, declared, (*odd, *remarks))


def _marked(body: bytes) -> tuple[str, int]:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return encoding, len(mark)
    return _utf16_without_mark(body[:4096]), 0


def _utf16_without_mark(head: bytes) -> str:
    """Recognize UTF-16 by its high bytes, every second one: 0 for markup, 6 for Arabic."""
    if len(head) < 8:
        return ""
    for encoding, high, low in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        told = sum(high.count(byte) for byte in (0x00, 0x06, 0x20))
        if told > 0.9 * len(high) and high.count(0) > 0 and low.count(0) < 0.02 * len(low):
            return encoding
    return ""


def _wide(body: bytes, encoding: str) -> str:
    return body.decode(encoding, "replace").translate(_CONTROL_TEXT)


def _declared(head: bytes, content_type: str) -> tuple[tuple[str, str], ...]:
    """List who declares what, the HTTP header first; names in lower case."""
    text = head.decode("ascii", "replace")
    found = (
        ("the HTTP header", _HTTP_CHARSET.search(content_type), 1),
        ("the XML declaration", _XML_ENCODING.match(text.lstrip()), 2),
        ("the page", _META_CHARSET.search(text), 2),
    )
    return tuple((who, match.group(group).lower()) for who, match, group in found if match)


def _narrow(body: bytes, declared: list[str]) -> tuple[str, str, tuple[str, ...]]:
    try:
        return body.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        pass
    whole, broken = _sequences(body)
    if whole and whole >= broken:
        return _damaged_utf8(body)
    encoding = _arabic_encoding(body, declared)
    if encoding:
        return body.decode(encoding, "replace"), encoding, ()
    encoding = next((name for name in map(_usable, declared) if name), "")
    if not encoding and (whole > broken / 4 or _is_sparse(body, declared)):
        return _damaged_utf8(body)
    encoding = encoding or "windows-1252"
    return body.decode(encoding, "replace"), encoding, ()


def _is_sparse(body: bytes, declared: list[str]) -> bool:
    """Tell a UTF-8 text with a stray byte or two from a text in another encoding."""
    return declared[:1] == ["utf-8"] and sum(byte >= 0x80 for byte in body) <= 2


def _sequences(body: bytes) -> tuple[int, int]:
    """Count the whole UTF-8 sequences beyond ASCII, and the bytes that belong to none."""
    rest, whole = _MULTIBYTE.subn(b"", body)
    return whole, len(rest) - len(rest.translate(None, _HIGH))


_HIGH: Final = bytes(range(0x80, 0x100))


def _damaged_utf8(body: bytes) -> tuple[str, str, tuple[str, ...]]:
    replaced, foreign, parts = 0, 0, []
    for segment in _SEGMENT.findall(body):
        try:
            parts.append(segment.decode("utf-8"))
            continue
        except UnicodeDecodeError:
            pass
        whole, broken = _sequences(segment)
        encoding = _arabic_encoding(segment, []) if broken > whole else ""
        replaced, foreign = (replaced, foreign + 1) if encoding else (replaced + broken, foreign)
        parts.append(segment.decode(encoding or "utf-8", "replace"))
    remarks = [f"the utf-8 text is damaged; bytes replaced: {replaced}"] if replaced else []
    if foreign:
        remarks.append(f"the utf-8 text has passages in an older Arabic encoding: {foreign}")
    return "".join(parts), "utf-8", tuple(remarks)


def _arabic_encoding(body: bytes, declared: list[str]) -> str:
    """Give the Arabic encoding in which the high bytes read as Arabic words, "" when in none."""
    counts = Counter(body.translate(None, _ASCII))
    letters = sum(count for byte, count in counts.items() if 0xC0 <= byte <= 0xFE)
    if not letters or sum(map(len, _LETTER_RUN.findall(body))) < _IN_WORDS * letters:
        return ""
    usable = [_usable(name) for name in declared]
    scores = {
        name: _likelihood(counts, name) + (0.3 if name in usable else 0)
        for name in _ARABIC_ENCODINGS
    }
    best = max(scores, key=lambda name: scores[name])
    is_foreign = any(usable) and not {"windows-1252", *_ARABIC_ENCODINGS}.intersection(usable)
    bar = _READS_AS_ARABIC_DESPITE if is_foreign else _READS_AS_ARABIC
    return best if scores[best] > bar else ""


_ASCII: Final = bytes(range(0x80))


def _letter_table(encoding: str) -> dict[int, float]:
    """Map each byte of the letter area to the logarithm of its share in Arabic prose."""
    table = {}
    for byte in range(0xC0, 0x100):
        letter = bytes([byte]).decode(encoding, "replace")
        table[byte] = (
            math.log(_LETTER_SHARE[letter] / 100) if letter in _LETTER_SHARE else _NOT_ARABIC
        )
    return table


_TABLES: Final = {name: _letter_table(name) for name in _ARABIC_ENCODINGS}


def _likelihood(counts: Counter[int], encoding: str) -> float:
    table = _TABLES[encoding]
    total = sum(count for byte, count in counts.items() if byte in table)
    return sum(table[byte] * count for byte, count in counts.items() if byte in table) / total


def _usable(name: str) -> str:
    """Give the codec for a declared single- or double-byte charset, "" where there is none."""
    if not _FOREIGN.fullmatch(name.replace("_", "-").removeprefix("x-")):
        return ""
    try:
        codec = codecs.lookup(name.removeprefix("x-")).name
    except LookupError:
        return ""
    # The web reads iso-8859-1 as windows-1252 (WHATWG Encoding, labels).
    return {"iso8859-1": "windows-1252", "cp1256": "windows-1256", "iso8859-6": "iso-8859-6"}.get(
        codec, codec
    )


def _finished(
    text: str, encoding: str, declared: tuple[tuple[str, str], ...], odd: tuple[str, ...]
) -> Decoded:
    for noncharacter in ("\ufffe", "\uffff"):
        if noncharacter in text:  # to replace what is not there takes ten times as long
            text = text.replace(noncharacter, "")
    text = text.removeprefix("\ufeff")
    head, rest = text[:_HEAD_BYTES], text[_HEAD_BYTES:]
    lies = tuple(
        f"{who} declares {name} but the text is {encoding}"
        for who, name in declared
        if not _agree(name, encoding, text)
    )
    if not declared and encoding not in {"utf-8", "utf-16-le", "utf-16-be"}:
        lies = (f"no encoding is declared; the text reads as {encoding}",)
    head = _XML_ENCODING.sub(r"\1", head, count=1)
    return Decoded(_META_CHARSET.sub(r"\1utf-8", head) + rest, encoding, (*lies, *odd))


def _agree(name: str, encoding: str, text: str) -> bool:
    if name.startswith(("utf-16", "utf16", "ucs-2", "iso-10646")) and encoding.startswith("utf-16"):
        return True
    if text.isascii() and not name.startswith(("utf-16", "utf-32")):
        return True
    try:
        return codecs.lookup(_usable(name) or name).name == codecs.lookup(encoding).name
    except LookupError:
        return False
