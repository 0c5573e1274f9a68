from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.parse.decode import decode

LINE = "أعلنت وزارة الموارد المائية فتح بوابات السد الجديد، وقالت إن المزارعين سيحصلون على حصصهم"
FEED = '<?xml version="1.0"{}?>\n<rss version="2.0"><channel><title>{}</title></channel></rss>'
PAGE = "<!DOCTYPE html>\n<html><head>{}<title>صفحة</title></head><body><p>{}</p></body></html>"
CODECS = {"windows-1256": "cp1256", "iso-8859-6": "iso8859-6"}


def document(kind: str, declared: str) -> str:
    if kind == "feed":
        return FEED.format(f' encoding="{declared}"' if declared else "", LINE)
    return PAGE.format(f'<meta charset="{declared}">' if declared else "", LINE)


@pytest.mark.parametrize("encoding", CODECS)
@pytest.mark.parametrize("kind", ["feed", "page"])
@pytest.mark.parametrize(
    ("declared", "header", "damage"),
    [
        ("", "", b""),
        ("utf-8", "", b""),
        ("iso-8859-1", "", b""),
        ("right", "", b""),
        ("right", "text/html; charset=utf-8", b""),
        ("", "", b"\xff"),
    ],
    ids=["undeclared", "utf-8", "latin-1", "right", "wrong HTTP header", "one damaged byte"],
)
def test_old_arabic_encodings_are_told_by_their_letters(
    encoding: str, kind: str, declared: str, header: str, damage: bytes
) -> None:
    text = document(kind, encoding if declared == "right" else declared)
    body = text.encode(CODECS[encoding])
    body = body.replace(b"</title>", damage + b"</title>", 1) if damage else body
    got = decode(body, header)
    assert got.encoding == encoding
    assert LINE in got.text


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-8"]
)
@pytest.mark.parametrize("kind", ["feed", "page"])
@pytest.mark.parametrize("header", ["", "text/xml; charset=windows-1256"])
def test_unicode_is_recognized_whatever_is_declared(encoding: str, kind: str, header: str) -> None:
    assert LINE in decode(document(kind, "").encode(encoding), header).text


@pytest.mark.parametrize(
    ("text", "codec", "declared", "expected"),
    [
        ("Министр заявил сегодня о новых переговорах", "cp1251", "windows-1251", "cp1251"),
        ("Ο υπουργός δήλωσε σήμερα", "cp1253", "windows-1253", "cp1253"),
        ("รัฐมนตรีว่าการกระทรวงการต่างประเทศ", "tis-620", "tis-620", "tis-620"),
        ("外交部长今天表示会谈将继续进行", "gb2312", "gb2312", "gb2312"),
        ("L’été dernier à l’école, ça va", "cp1252", "iso-8859-1", "windows-1252"),
        ("L’été dernier à l’école, ça va", "cp1252", "", "windows-1252"),
        ("L’été dernier à l’école, ça va", "cp1252", "unicode_escape", "windows-1252"),
        ("L’été dernier à l’école, ça va", "cp1252", "no-such-charset", "windows-1252"),
        ("قَالَ الوَزِيرُ إِنَّ السَّدَّ فُتِحَ", "cp1256", "", "windows-1256"),
        ("عاجل", "iso8859-6", "", "iso-8859-6"),
    ],
)
def test_other_scripts_keep_their_declaration(
    text: str, codec: str, declared: str, expected: str
) -> None:
    got = decode(text.encode(codec), f"text/html; charset={declared}" if declared else "")
    assert (got.encoding, got.text) == (expected, text)


def test_damaged_utf8_stays_utf8() -> None:
    got = decode(LINE.encode().replace("،".encode(), b"\xd8"))
    assert got.encoding == "utf-8"
    assert got.text == LINE.replace("،", "\ufffd")
    assert got.remarks == ("the utf-8 text is damaged; bytes replaced: 1",)


def test_a_passage_in_an_older_encoding_is_rescued() -> None:
    body = f"<p>{LINE}</p><p>".encode() + "خبر من الأرشيف القديم".encode("cp1256") + b"</p>"
    got = decode(body)
    assert got.text == f"<p>{LINE}</p><p>خبر من الأرشيف القديم</p>"
    assert got.remarks == ("the utf-8 text has passages in an older Arabic encoding: 1",)


def test_a_cut_in_the_last_letter_costs_that_letter_only() -> None:
    assert decode(LINE.encode()[:-1]).text == LINE[:-1] + "\ufffd"


@pytest.mark.parametrize(
    ("body", "header", "remarks"),
    [
        (LINE.encode(), "", ()),
        (b"plain", "text/xml; charset=iso-8859-1", ()),
        (LINE.encode(), "text/xml; charset=UTF8", ()),
        (
            LINE.encode(),
            "text/xml; charset=windows-1256",
            ("the HTTP header declares windows-1256 but the text is utf-8",),
        ),
        (
            document("feed", "utf-8").encode("cp1256"),
            "",
            ("the XML declaration declares utf-8 but the text is windows-1256",),
        ),
        (
            document("page", "utf-8").encode("cp1256"),
            "",
            ("the page declares utf-8 but the text is windows-1256",),
        ),
        (
            LINE.encode("cp1256"),
            "",
            ("no encoding is declared; the text reads as windows-1256",),
        ),
        (b"a\x00b\x08c", "", ("control characters dropped: 2",)),
    ],
)
def test_remarks_say_what_was_odd(body: bytes, header: str, remarks: tuple[str, ...]) -> None:
    assert decode(body, header).remarks == remarks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<?xml version="1.0" encoding="windows-1256"?><a/>', '<?xml version="1.0"?><a/>'),
        (
            "<?xml version='1.0' encoding='x' standalone='yes'?><a/>",
            "<?xml version='1.0' standalone='yes'?><a/>",
        ),
        ('<meta charset="windows-1256">', '<meta charset="utf-8">'),
        (
            '<META http-equiv=Content-Type content="text/html; charset=windows-1256">',
            '<META http-equiv=Content-Type content="text/html; charset=utf-8">',
        ),
        ("a\x0bb\x0cc\x01", "a b c"),
        ("a\ufffeb\uffffc", "abc"),
        ("\ufeff\ufeffa", "a"),
    ],
)
def test_the_text_declares_no_foreign_encoding_and_has_no_controls(
    text: str, expected: str
) -> None:
    assert decode(text.encode()).text == expected


@given(st.binary(), st.text())
def test_any_bytes_give_clean_text(body: bytes, header: str) -> None:
    text = decode(body, header).text
    assert not any(ord(c) < 0x20 and c not in "\t\n\r" for c in text)
    text.encode()


@given(
    st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويةأإ ،.<>a"), min_size=1),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_unicode_text_comes_back_as_it_was(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text
