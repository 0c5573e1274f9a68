"""Kinds of copies, and kinds of reports that only look like copies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.model import Article, Neighbor, Relation, WordCounts
from watcher.story import MAX_NEIGHBORS, fingerprint, relate

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)

FLOOD = """أعلنت مديرية الدفاع المدني في محافظة واسط إجلاء ثلاثمئة وأربعين عائلة من قرى ناحية شيخ سعد بعد أن غمرت السيول منازلها فجر اليوم.
وقال مدير الدفاع المدني العميد حيدر الكناني إن فرق الإنقاذ استخدمت تسعة زوارق ومروحيتين للوصول إلى العائلات التي حاصرتها المياه فوق السطوح.
وأضاف الكناني أن مستوى نهر دجلة عند ناظم الكوت ارتفع مترا ونصف المتر خلال ست ساعات نتيجة الأمطار الغزيرة التي هطلت على الحدود الشرقية.
وأوضح أن المحافظة فتحت أربع مدارس لإيواء النازحين ووزعت عليهم الأغطية والطعام بالتعاون مع جمعية الهلال الأحمر ومنظمات محلية.
وذكر قائممقام القضاء أن الطريق الذي يربط الناحية بمدينة العمارة انقطع في موضعين وأن آليات البلدية باشرت ردم الفجوات.
وحذرت هيئة الأنواء الجوية من موجة أمطار ثانية تبلغ المنطقة مساء الغد داعية الأهالي إلى الابتعاد عن مجاري الوديان."""
PARAGRAPHS = FLOOD.split("\n")
OTHER_LEAD = "شهدت القرى الواقعة شرقي الكوت ليلة عصيبة أمضاها السكان فوق أسطح البيوت ينتظرون الزوارق التي تأخرت ساعات طويلة."
REWRITTEN = """السيول تغمر قرى في ناحية شيخ سعد بمحافظة واسط، والدفاع المدني يجلي مئات العائلات من منازلها بالزوارق والمروحيات.
العميد حيدر الكناني مدير الدفاع المدني في المحافظة أكد ظهرا إنقاذ جميع العائلات المحاصرة فوق السطوح، مشيرا إلى أن مستوى دجلة عند الكوت ارتفع بسبب الأمطار الغزيرة على الحدود.
وأقام النازحون مؤقتا في مدارس الناحية حيث قدم متطوعو الهلال الأحمر وجبات ساخنة وبطانيات، فيما ينتظر الجميع انحسار الماء ليعودوا."""

ROYAL = "بعث رئيس الجمهورية {} برقية تهنئة إلى {} بمناسبة ذكرى اليوم الوطني لبلاده. وأعرب الرئيس باسمه وباسم شعب وحكومة الجمهورية عن أصدق التهاني وأطيب التمنيات بالصحة والسعادة لفخامته، ولحكومة وشعب {} الشقيق اطراد التقدم والازدهار، مشيدا بتميز العلاقات التي تربط البلدين والشعبين {} والتي يسعى الجميع لتعزيزها وتنميتها في المجالات كافة."
WEATHER = "توقعت هيئة الأنواء الجوية في تقريرها ليوم {} أن تكون السماء {} على مناطق {} مع نشاط في الرياح السطحية المثيرة للأتربة والغبار تحد من مدى الرؤية الأفقية، فيما تكون حركة الرياح السطحية شمالية غربية بسرعة {} كيلومترا في الساعة، وارتفاع الموج من متر إلى متر ونصف، وحالة البحر متوسط الموج، ودرجات الحرارة العظمى {} مئوية."
EXECUTION = "أصدرت وزارة العدل بيانا بشأن تنفيذ حكم القصاص في أحد الجناة، إذ أقدم {} على قتل {} بإطلاق النار عليه إثر خلاف بينهما، وتمكنت سلطات الأمن من القبض على الجاني المذكور، وأسفر التحقيق معه عن توجيه الاتهام إليه بارتكاب جريمته، وبإحالته إلى المحكمة صدر بحقه صك شرعي يقضي بثبوت ما نسب إليه، وصدق الحكم من محكمة الاستئناف والمحكمة العليا، ونفذ الحكم بالجاني {} يوم {} في {}."
MATCH = "حقق فريق {} فوزا ثمينا على ضيفه {} بنتيجة {} في المباراة التي جمعت الفريقين مساء {} على ملعب {} ضمن الجولة {} من دوري الدرجة الممتازة لكرة القدم، وسجل {} هدف الفوز في الدقيقة {} ليرفع فريقه رصيده إلى {} نقطة في المركز {} فيما تجمد رصيد الضيوف عند {} نقطة."
PRICES = "سجلت أسعار الذهب في الأسواق المحلية اليوم استقرارا نسبيا، إذ بلغ سعر بيع المثقال الواحد من عيار واحد وعشرين {} ألف دينار، وسعر الشراء {} ألفا، فيما بلغ سعر صرف الدولار في بورصة الكفاح {} دينارا لكل مئة دولار، وتراوحت أسعار البيع في محال الصيرفة بالأسواق المحلية بين {} و{} دينارا لكل مئة دولار بحسب مراسلنا."
ATTACK = "قتل {} مدنيين وأصيب آخرون بجروح في انفجار عبوة ناسفة استهدفت سوقا شعبية في قضاء الطارمية شمالي بغداد {}. وقال مصدر في الشرطة إن العبوة كانت مزروعة على جانب الطريق قرب السوق وانفجرت لدى مرور عدد من المدنيين، مبينا أن قوة أمنية طوقت مكان الحادث ونقلت جثث القتلى إلى الطب العدلي والمصابين إلى المستشفى لتلقي العلاج، وفتحت تحقيقا لمعرفة الجهة التي تقف وراء التفجير."
FURNITURE = "اشترك في نشرتنا اليومية لتصلك أهم الأخبار والتحليلات والتقارير مباشرة إلى بريدك الإلكتروني كل صباح. تابعونا على صفحاتنا في مواقع التواصل الاجتماعي وحملوا تطبيقنا المجاني للهواتف الذكية لمشاهدة البث الحي والبرامج والأفلام الوثائقية. جميع الحقوق محفوظة للشبكة ولا يجوز إعادة نشر المواد كليا أو جزئيا بأي وسيلة دون إذن خطي مسبق من إدارة التحرير."
BACKGROUND = "وتشهد العلاقات بين البلدين توترا متصاعدا منذ إغلاق المعبر الحدودي في آذار الماضي على خلفية نزاع حول حصص المياه في السدود المشتركة، وهو نزاع عجزت وساطات إقليمية عديدة عن تسويته رغم جولات تفاوض استمرت ثمانية أشهر في عاصمتين أوروبيتين وانتهت من دون اتفاق على ملء الخزانات أو تقاسم الكهرباء المولدة منها."

LOOK_ALIKES = {
    "royal cables": (
        ROYAL.format("عادل الراوي", "ملك تونغارا سيوسي", "تونغارا", "العراقي والتونغاري"),
        ROYAL.format("عادل الراوي", "رئيس بولدافيا ميركان", "بولدافيا", "العراقي والبولدافي"),
    ),
    "weather": (
        WEATHER.format("الاثنين", "غائمة جزئيا", "الموصل ودهوك وأربيل", "15", "31"),
        WEATHER.format("الخميس", "صافية", "البصرة والعمارة والناصرية", "40", "44"),
    ),
    "executions": (
        EXECUTION.format("جاسم بن ناصر الدليمي", "سعدون بن عواد", "جاسم الدليمي", "الأحد", "تكريت"),
        EXECUTION.format(
            "مطلق بن فهد الزوبعي", "هلال بن كريم", "مطلق الزوبعي", "الأربعاء", "الكوت"
        ),
    ),
    "match reports": (
        MATCH.format(
            *("النهر", "الميناء", "2-1", "السبت", "المدينة", "العاشرة", "علاء", "71", "22"),
            *("الثالث", "14"),
        ),
        MATCH.format(
            *("الجبل", "الوادي", "1-0", "الأحد", "النخيل", "السابعة", "مروان", "88", "19"),
            *("الخامس", "9"),
        ),
    ),
    "prices": (
        PRICES.format("845", "841", "147500", "148000", "147000"),
        PRICES.format("852", "848", "149250", "149750", "148750"),
    ),
    "two attacks in one place": (
        ATTACK.format("ثلاثة", "صباح الاثنين"),
        ATTACK.format("خمسة", "مساء الخميس"),
    ),
    "page furniture": (
        f"{PARAGRAPHS[0]}\n{FURNITURE}",
        f"فازت الروائية سلمى العطار بجائزة الآداب الكبرى عن روايتها الأخيرة التي تحكي سيرة ثلاث نساء في حي قديم.\n{FURNITURE}",
    ),
    "the same background": (
        f"قال وزير الري إن بلاده لن تشارك في الجولة المقبلة من المحادثات ما لم يسحب الطرف الآخر مهندسيه من موقع السد.\n{BACKGROUND}",
        f"أفرجت سلطات الجمارك عن أربعين شاحنة محملة بالخضار كانت محتجزة منذ أسبوع بعد احتجاج السائقين أمام المحكمة.\n{BACKGROUND}",
    ),
}
COPIES = {
    "verbatim": FLOOD,
    "cut to a quarter": "\n".join(PARAGRAPHS[:2]),
    "cut in the middle": "\n".join(PARAGRAPHS[1:4]),
    "with another lead": "\n".join([OTHER_LEAD, *PARAGRAPHS[1:]]),
    "under another masthead": f"بغداد ـ وكالة الرافدين\n{FLOOD}\nتحرير: قسم الأخبار",
    "in another spelling": FLOOD.replace("أ", "ا").replace("إ", "ا").replace("ى", "ي"),
    "with marks": FLOOD.replace("مديرية", "مُديريّة").replace("نهر", "نَهْر"),
    "in another order": "\n".join([PARAGRAPHS[0], *PARAGRAPHS[3:], *PARAGRAPHS[1:3]]),
    "with words exchanged": FLOOD.replace("وأضاف", "وتابع").replace("وأوضح", "وبين"),
}


def article(text: str, title: str = "", url: str = "") -> Article:
    return Article(url=url, title=title, text=text)


def neighbor(
    text: str, number: int = 7, *, title: str = "", source: str = "", at: datetime | None = None
) -> Neighbor:
    return Neighbor(number, 100 + number, fingerprint(article(text, title)), source, at)


def related(
    text: str, *known: Neighbor, title: str = "", source: str = "", at: datetime | None = None
) -> Relation:
    counts = WordCounts(1_000)
    own = fingerprint(article(text, title))
    return relate(own, known, source=source, at=at, counts=counts)


@pytest.mark.parametrize("pair", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_look_alikes_stay_apart(pair: tuple[str, str]) -> None:
    one, other = pair
    assert related(one, neighbor(other)).kind == "new"
    assert related(other, neighbor(one)).kind == "new"


@pytest.mark.parametrize("pair", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_look_alikes_of_another_day_are_no_event(pair: tuple[str, str]) -> None:
    later = related(pair[0], neighbor(pair[1], at=MONDAY), at=MONDAY + timedelta(days=3))
    assert later.kind == "new"


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES.keys())
def test_copies_join_the_story(text: str) -> None:
    assert related(text, neighbor(FLOOD)).kind == "copy"
    assert related(FLOOD, neighbor(text)).kind == "copy"


def test_a_rewrite_of_the_event_joins_it() -> None:
    titles = ("إجلاء عائلات من شيخ سعد بعد السيول", "السيول تجبر عائلات شيخ سعد على ترك منازلها")
    known = neighbor(FLOOD, title=titles[0], at=MONDAY)
    found = related(REWRITTEN, known, title=titles[1], at=MONDAY + timedelta(hours=4))
    assert (found.kind, found.story_id, found.article_id) == ("same-event", 107, 7)
    assert "سيول" in found.why


@pytest.mark.parametrize(
    ("at", "hours"), [(MONDAY, 40), (None, 4)], ids=["of another day", "without a date"]
)
def test_an_event_is_of_one_day(at: datetime | None, hours: int) -> None:
    known = neighbor(FLOOD, title="السيول في شيخ سعد", at=at)
    later = MONDAY + timedelta(hours=hours)
    assert related(REWRITTEN, known, title="السيول في شيخ سعد", at=later).kind == "new"


def test_what_is_told_every_day_is_no_event() -> None:
    """Likeness to stories of other days makes it a kind of report."""
    title = "السيول في شيخ سعد بمحافظة واسط"
    today = MONDAY + timedelta(hours=4)
    known = neighbor(FLOOD, title=title, at=MONDAY)
    assert related(REWRITTEN, known, title=title, at=today).kind == "same-event"
    older = neighbor(FLOOD, 3, title=title, at=MONDAY - timedelta(days=3))
    assert related(REWRITTEN, known, older, title=title, at=today).kind == "new"


def test_the_longer_version_of_the_same_outlet_is_a_revision() -> None:
    short = "\n".join(PARAGRAPHS[:3])
    known = neighbor(short, source="nahr", at=MONDAY)
    later = MONDAY + timedelta(hours=2)
    assert related(FLOOD, known, source="nahr", at=later).kind == "revision"
    assert related(FLOOD, known, source="bahr", at=later).kind == "copy"


def test_one_outlet_under_another_lead_tells_other_news() -> None:
    """Outlets repeat the background; their two reports are no copies of each other."""
    text = "\n".join([OTHER_LEAD, *PARAGRAPHS[1:]])
    known = neighbor(FLOOD, source="nahr", at=MONDAY)
    assert related(text, known, source="nahr", at=MONDAY).kind == "new"


def test_figures_of_the_opening_contradict_a_copy() -> None:
    known = neighbor(FLOOD.replace("ثلاثمئة وأربعين", "340"))
    found = related(FLOOD.replace("ثلاثمئة وأربعين", "512"), known)
    assert found.kind == "new"
    assert "512, not 340" in found.why


def test_sequences_of_other_days_weigh_nothing() -> None:
    """What four bulletins have in common does not make the fifth a copy of the last."""
    places = ["الموصل ودهوك", "النجف وكربلاء", "بغداد وديالى", "كركوك والسليمانية", "الرمادي"]
    texts = [WEATHER.format("غد", "غائمة", place, "خمسة عشر", "ثلاثون درجة") for place in places]
    assert related(texts[4], neighbor(texts[3])).kind == "copy"
    known = [neighbor(text, n, at=MONDAY + timedelta(days=n)) for n, text in enumerate(texts[:4])]
    found = related(texts[4], *known, at=MONDAY + timedelta(days=4, hours=12))
    assert found.kind == "new"
    assert "formulas" in found.why


def test_a_report_that_many_outlets_print_at_once_is_no_formula() -> None:
    known = [neighbor(FLOOD + f"\n{n} " * n, n, at=MONDAY) for n in range(1, 7)]
    found = related(FLOOD.replace("وأضاف", "وتابع"), *known, at=MONDAY + timedelta(hours=3))
    assert found.kind == "copy"


@pytest.mark.parametrize(
    ("text", "source", "why"),
    [
        (FLOOD, "", "the same text as article 7"),
        (PARAGRAPHS[0] + "\n" + PARAGRAPHS[1], "", "stand in article 7"),
        (COPIES["with another lead"], "", "the leads differ"),
        (LOOK_ALIKES["weather"][0], "", "nothing on record shares enough of its words"),
    ],
    ids=["the same", "cut", "another lead", "another subject"],
)
def test_verdicts_say_why(text: str, source: str, why: str) -> None:
    assert why in related(text, neighbor(FLOOD), source=source).why


def test_a_neighbor_of_an_older_version_is_judged_by_its_sketch() -> None:
    old = fingerprint(article(FLOOD))
    bare = type(old)(old.url, old.text_hash, old.sketch, old.keys, old.size)
    known = Neighbor(7, 107, bare)
    assert related("\n".join(PARAGRAPHS[:4]), known).kind == "copy"
    assert related(LOOK_ALIKES["prices"][0], known).kind == "new"


# --- properties -------------------------------------------------------------------------------

SENTENCES = [*PARAGRAPHS, OTHER_LEAD, *REWRITTEN.split("\n"), FURNITURE, BACKGROUND]
TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=5).map("\n".join)
COUNTS = st.builds(
    WordCounts,
    st.integers(0, 5_000),
    st.dictionaries(
        st.sampled_from(["سيول", "دفاع", "مدن", "زوارق", "اخبار"]), st.integers(0, 900)
    ),
)
KNOWN = st.lists(
    st.tuples(TEXTS, st.sampled_from(["", "nahr"]), st.none() | st.integers(-400, 0)), max_size=6
).map(
    lambda some: [
        neighbor(
            text,
            n,
            source=source,
            at=None if hours is None else MONDAY + timedelta(hours=hours),
        )
        for n, (text, source, hours) in enumerate(some)
    ]
)


@given(TEXTS, KNOWN, COUNTS, st.randoms())
def test_the_order_of_neighbors_does_not_matter(
    text: str, known: list[Neighbor], counts: WordCounts, chance: object
) -> None:
    own, shuffled = fingerprint(article(text)), list(known)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    given = {"source": "nahr", "at": MONDAY, "counts": counts}
    assert relate(own, known, **given) == relate(own, shuffled, **given)  # type: ignore[arg-type]


@given(st.text() | TEXTS, KNOWN)
def test_the_same_text_is_a_copy_or_a_revision(text: str, known: list[Neighbor]) -> None:
    same = neighbor(text, MAX_NEIGHBORS)
    assert related(text, *known, same, at=MONDAY).kind in {"copy", "revision"}


@settings(deadline=None)
@given(TEXTS, KNOWN)
def test_an_unrelated_neighbor_changes_nothing(text: str, known: list[Neighbor]) -> None:
    stranger = neighbor(LOOK_ALIKES["match reports"][0], 99, at=MONDAY)
    assert related(text, *known, at=MONDAY) == related(text, *known, stranger, at=MONDAY)
