"""Every line of a page is judged by its make: furniture goes with a reason, sentences stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.model import Article

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
TITLE = "مجلس البلدة يقر خطة لترميم الجسر القديم"
FIRST = (
    "أقر مجلس البلدة مساء أمس خطة لترميم الجسر القديم الذي يربط ضفتي النهر، بعد نقاش دام"
    " أكثر من خمس ساعات حضره عشرات السكان."
)
SECOND = (
    "وقال رئيس المجلس إن الأعمال ستبدأ مطلع الشهر المقبل وتستمر عاما كاملا، على أن يبقى"
    " ممر للمشاة مفتوحا طوال فترة الترميم."
)
LAST = (
    "ويعود بناء الجسر إلى أكثر من مئة عام، وقد رمم مرتين من قبل دون أن تتغير أقواسه الحجرية"
    " التي يعرفها كل من زار البلدة."
)


def cleaned(*lines: str, title: str = "", tags: tuple[str, ...] = ()) -> Article:
    return clean(Article("", title, "\n".join(lines), tags=tags), now=NOW)


NOISE_ANYWHERE = {
    "shortcode": "[ad_1]",
    "shortcode with attributes": '[gallery ids="4,5,6" columns="2"]',
    "closing shortcode": "[/vc_row]",
    "share": "شارك هذا الخبر",
    "share with networks": "مشاركة عبر فيسبوك أو تويتر أو واتساب",
    "copy the link": "انسخ الرابط",
    "link was copied": "تم نسخ الرابط بنجاح",
    "print": "طباعة المقال",
    "no comments": "لا توجد تعليقات على هذا الموضوع",
    "add a comment": "أضف تعليقك",
    "be the first": "كن أول من يعلق على الخبر",
    "comments count": "3 تعليقات",
    "newsletter": "اشترك في نشرتنا البريدية ليصلك كل جديد",
    "follow us": "تابعونا على قناتنا في تلغرام",
    "back to top": "العودة إلى الأعلى",
    "button to top": "اذهب إلى أعلى الصفحة",
    "read also": "اقرأ أيضا: سكان القرية المجاورة يطالبون بجسر جديد",
    "read also, spelled otherwise": "إقرأ أيضاً.. سكان القرية المجاورة يطالبون بجسر جديد",
    "see also": "شاهد أيضا",
    "related": "مواضيع ذات صلة",
    "may interest you": "قد يهمك أيضا",
    "most read": "الأكثر قراءة",
    "views": "عدد المشاهدات: 1204",
    "reading time": "مدة القراءة: 3 دقائق",
    "views with Arabic digits": "١٢٠٤ مشاهدة",
    "advertisement": "إعلان",
    "advertising space": "مساحة إعلانية",
    "rights": "جميع الحقوق محفوظة لوكالة النهر 2024",
    "privacy": "سياسة الخصوصية",
    "a rule": "* * *",
    "a bare link": "https://example.org/p/12",
    "footer of a feed": "ظهرت المقالة مجلس البلدة يقر خطة لترميم الجسر القديم أولاً على صوت الضفتين.",
    "footer of a feed in English": "The post الجسر القديم appeared first on صوت الضفتين.",
    "go on reading": "متابعة القراءة",
    "mail rules": "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *",
}


@pytest.mark.parametrize("noise", NOISE_ANYWHERE.values(), ids=NOISE_ANYWHERE)
def test_furniture_goes_wherever_it_stands(noise: str) -> None:
    """Above, inside and below the text: the same line is removed, with a reason, and nothing else."""
    for lines in (
        [noise, FIRST, SECOND, LAST],
        [FIRST, noise, SECOND, LAST],
        [FIRST, SECOND, LAST, noise],
    ):
        article = cleaned(*lines)
        assert article.text.split("\n") == [FIRST, SECOND, LAST]
        assert [gone.line for gone in article.removed] == [noise]
        assert article.removed[0].why


NOISE_AT_THE_EDGES = {
    "section": "أخبار محلية",
    "one word section": "سياسة",
    "breadcrumb": "الرئيسية > أخبار > محليات",
    "weather": "℃ 24 عمّان",
    "weather in words": "درجة الحرارة 24°",
    "clock": "10:45 م",
    "date": "السبت 4 مايو 2024",
    "counter": "- 1874",
    "tags": "وسوم: الجسر، الترميم، النهر",
    "hashtags": "#الجسر #النهر",
    "source that lost its link": "المصدر",
    "source with a name": "المصدر: وكالة النهر",
    "agency alone": "وكالات",
    "byline": "كتبت: سلمى الحداد",
}


@pytest.mark.parametrize("noise", NOISE_AT_THE_EDGES.values(), ids=NOISE_AT_THE_EDGES)
def test_edge_furniture_goes_above_and_below(noise: str) -> None:
    """A label above the headline or below the text is no part of it."""
    for lines in ([noise, TITLE, FIRST, SECOND, LAST], [TITLE, FIRST, SECOND, LAST, noise]):
        article = cleaned(*lines)
        assert article.title == TITLE
        assert article.text.split("\n") == [FIRST, SECOND, LAST]


BODY = {
    "sub-heading": "خطة من ثلاث مراحل",
    "sub-heading with a year": "جسر عام 1923",
    "timeline heading": "12 مارس 2021: افتتاح الضفة الشرقية",
    "date as a heading": "12 مارس 2021",
    "question": "هل يكفي المبلغ؟",
    "number as a heading": "2",
    "list item": "- ترميم الأقواس",
    "short sentence": "لم يعترض أحد.",
    "quotation": "«سنعبره معا»",
    "sentence about comments": "ورفض الوزير التعليق.",
    "sentence about sharing": "وشارك في الجلسة ممثلون عن الأهالي.",
    "sentence about sources": "المصدر نفسه نفى ذلك.",
    "sentence with a channel": "ونقلت قناة محلية مشاهد من الجلسة.",
    "speaker and colon": "الوزير: لا تأجيل بعد اليوم",
    "share in the news": "مشاركة واسعة في الجلسة",
    "more of something": "المزيد من الخلافات بين الأعضاء",
    "one network": "تطبيق «فيسبوك» Facebook",
    "next as a word": "التالي في السباق",
    "most read as a subject": "الأكثر قراءة بين الطلاب هذا العام كتب الرحلات",
    "account number": "480608010089000",
    "poem": "* يا جسر من مروا",
    "reading of a book": "قراءة في خطة الترميم",
    "heading with a section's word": "أزمة سياسة وثقة",
}


@pytest.mark.parametrize("line", BODY.values(), ids=BODY)
def test_body_stays(line: str) -> None:
    """In doubt a line stays: sub-headings, items, short sentences, words that furniture uses too."""
    article = cleaned(FIRST, line, SECOND, LAST)
    assert article.text.split("\n") == [FIRST, line, SECOND, LAST]
    assert article.removed == ()


def test_a_sentence_of_controls_words_stays() -> None:
    """A long sentence is the article's, though it is about pages and their buttons."""
    line = (
        "وأضافت الشركة زر مشاركة جديدا إلى التطبيق يتيح للمستخدمين نسخ رابط المقال وإرساله"
        " إلى الأصدقاء عبر واتساب وتلغرام."
    )
    assert line in cleaned(FIRST, line, LAST).text


def test_links_under_read_also_go_with_it() -> None:
    """The headlines of other stories go with the label above them; the text below goes on."""
    links = ["إصابة عاملين في انهيار جدار قرب السوق", "الأرصاد تتوقع أمطارا غزيرة نهاية الأسبوع"]
    article = cleaned(FIRST, "اقرأ أيضا", *links, SECOND, LAST)
    assert article.text.split("\n") == [FIRST, SECOND, LAST]
    assert [gone.line for gone in article.removed] == ["اقرأ أيضا", *links]


def test_what_the_source_repeats_goes() -> None:
    """A line that the source is known to repeat is removed whatever it looks like."""
    line = "صوت الضفتين منذ ربع قرن"
    article = clean(
        Article("", TITLE, f"{FIRST}\n{line}\n{LAST}"), furniture=frozenset([line]), now=NOW
    )
    assert article.text.split("\n") == [FIRST, LAST]
    assert article.removed[0].why == "this source repeats it"


def test_tags_are_told_by_the_page_s_own_tags() -> None:
    """Items of a list at the end are tags if the page says so, else they are a list."""
    items = ("- الجسر القديم", "- ترميم")
    assert cleaned(FIRST, LAST, *items, tags=("الجسر القديم", "ترميم")).text == f"{FIRST}\n{LAST}"
    assert cleaned(FIRST, LAST, *items).text.endswith("- ترميم")


def test_a_paragraph_printed_twice_is_kept_once() -> None:
    """The second copy goes; the first stays where it is."""
    assert cleaned(FIRST, SECOND, LAST, SECOND).text.split("\n") == [FIRST, SECOND, LAST]


def test_markers_inside_a_line_are_cut_out() -> None:
    """A shortcode in the middle of a paragraph goes, the paragraph stays."""
    article = cleaned(f"[ad_1] {FIRST}", f'{LAST} [embed url="x"]')
    assert article.text.split("\n") == [FIRST, LAST]


@pytest.mark.parametrize("text", ["[email protected]", "[AFP]", "[1]", "[…]"], ids=str)
def test_brackets_of_the_text_stay(text: str) -> None:
    """Notes, agencies and elisions in brackets are no shortcodes."""
    assert text in cleaned(f"{FIRST} {text} انتهى.", LAST).text


PAGE_LINES = {
    "12 ربيع الأول 1443 هـ": "date line",
    "الثلاثاء ١٢ ربيع الأول ١٤٤٣هـ": "date line",
    "آخر تحديث: 3 أيار 2024 - 09:15": "date line",
    "درجة الحرارة المرسى 35°": "weather or clock",
    "البلدة °22": "weather or clock",
    "البلدة 24 °C صافٍ": "weather or clock",
    "البلدة\t30°C": "weather or clock",
    "البلدة\u21e530°C": "weather or clock",
    "30 °": "weather or clock",
    "الساعة الآن 12:30": "weather or clock",
    "١٢٣ مشاهدة": "counter",
    "5 تعليقات": "counter",
}


@pytest.mark.parametrize(("line", "why"), PAGE_LINES.items(), ids=list(PAGE_LINES))
@pytest.mark.parametrize("at", [0, 1, 3], ids=["above", "inside", "below"])
def test_lines_of_the_page_go_with_the_right_reason(line: str, why: str, at: int) -> None:
    """Wherever they stand."""
    lines = [FIRST, SECOND, LAST]
    article = cleaned(*lines[:at], line, *lines[at:], title=TITLE)
    assert article.text.split("\n") == lines
    assert [removed.why for removed in article.removed] == [why]


def test_a_report_on_the_weather_keeps_its_degrees() -> None:
    lines = [
        "توقعت دائرة الأرصاد الجوية أن ترتفع درجات الحرارة غدا في معظم مدن الجزيرة، على أن تكون:",
        "المرسى 35°",
        "البلدة 31°",
        "ودعت الدائرة السكان إلى شرب الماء وتجنب الشمس في ساعات الظهيرة قدر ما أمكنهم ذلك.",
    ]
    assert cleaned(FIRST, *lines).text.split("\n")[1:] == lines


def test_the_days_of_a_timeline_stay() -> None:
    lines = [FIRST, "12 مارس 2021", SECOND, "3 نيسان 2022", LAST]
    assert cleaned(*lines, title=TITLE).text.split("\n") == lines
