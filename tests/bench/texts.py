"""Texts to measure on: seeded, of a vocabulary that roots and patterns give, frequent as in print.

Every printed word has one reading: no base word begins with a letter that is a proclitic, or ends
like an enclitic, so that every engine that knows clitics must find the same words.
"""

from __future__ import annotations

import html
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from itertools import accumulate

from watcher.model import Article
from watcher.shipped import shipped

PROCLITICS = ("", "ال", "و", "ب", "ل", "ف", "ك", "وال", "بال", "لل", "فال")
ENCLITICS = ("", "ها", "هم", "نا")
_CLITICS = [
    *((proclitic, "") for proclitic in PROCLITICS),
    *((proclitic, enclitic) for proclitic in ("", "و", "ب", "ل") for enclitic in ENCLITICS[1:]),
]
_CLITIC_WEIGHTS = [40, 26, 8, 6, 4, 1, 1, 5, 3, 2, 0.5, *([0.6] * 12)]

_FIRST = "تثجحخدذرزسشصضطظعغقمن"
_MIDDLE = _FIRST + "بفلكهي"
_LAST = "بتثجحخدذرزسشصضطظعغفقل"
_PATTERNS = (
    "123",
    "12ا3",
    "12ي3",
    "12و3",
    "1ا23",
    "م12و3",
    "ت12ي3",
    "م123",
    "1وا23",
    "ا1ت2ا3",
    "ان12ا3",
    "است12ا3",
    "م1ا23ة",
    "12ا3ة",
    "م1ا2ي3",
)
_ROOTS = 4_000
VOCABULARY = 30_000
_FUNCTION_WORDS = re.findall(
    r"\w+",
    "في من على إلى أن التي الذي عن مع هذا هذه بعد قبل كما لم لا إن كان كانت قال قالت قد ما بين حتى"
    " ذلك تم أو ثم أي كل غير خلال عند حيث لكن منذ إذا بعض أكثر وقد وفي ومن أنه أنها بأن حول ضد دون",
)
TOPICS = 3_000
_TOPIC_WORDS = 40
_TOPIC_SHARE = 0.12
TEXT_BYTES = 3_000


@dataclass(frozen=True, slots=True)
class Language:
    """What texts and rules are made of."""

    frequent: tuple[str, ...]
    """Words that are printed as they stand and named by no rule: function words, sample articles."""
    bases: tuple[str, ...]
    """Words that rules name and texts print with clitics, in the order of their frequency."""
    topics: tuple[tuple[str, ...], ...]
    """Base words that occur together."""


@cache
def language() -> Language:
    """Build the vocabulary, the same every time."""
    chance = random.Random(1)
    frequent = (*_FUNCTION_WORDS, *sorted(_sample_words() - set(_FUNCTION_WORDS)))
    printed = " ".join(frequent)
    bases = [word for word in _words(chance) if word not in printed][:VOCABULARY]
    topics = tuple(tuple(chance.sample(bases, _TOPIC_WORDS)) for _ in range(TOPICS))
    return Language(frequent, tuple(bases), topics)


def _words(chance: random.Random) -> list[str]:
    roots = {
        (chance.choice(_FIRST), chance.choice(_MIDDLE), chance.choice(_LAST)) for _ in range(_ROOTS)
    }
    spelled = [
        pattern.translate({ord("1"): first, ord("2"): middle, ord("3"): last})
        for first, middle, last in sorted(roots)
        for pattern in _PATTERNS
    ]
    words = list(dict.fromkeys(spelled))
    chance.shuffle(words)
    return words


def sample_articles() -> list[Article]:
    """Read the sample articles that ship with the program."""
    from watcher.app.reading import read_bytes

    pages = sorted((shipped("seeds") / "articles").glob("*/*.html"))
    found = [read_bytes(page.read_bytes()) for page in pages]
    return [article for article in found if isinstance(article, Article)]


def _sample_words() -> set[str]:
    texts = (article.text for article in sample_articles())
    return {word for text in texts for word in re.findall(r"[ء-ي]{2,}", text)}


def documents(count: int, topics: int = TOPICS, seed: int = 2) -> list[str]:
    """Give texts of 3 KB: sentences, paragraphs, a topic each, words as frequent as Zipf says."""
    chance, words = random.Random(seed), language()
    pool = [*words.frequent, *words.bases]
    # Shifted, as Mandelbrot found it: the first words of a language are less frequent than 1/rank.
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(pool))))
    about = words.topics[:topics]
    return [_document(chance, words, chance.choice(about), pool, weights) for _ in range(count)]


def _document(
    chance: random.Random,
    words: Language,
    topic: tuple[str, ...],
    pool: list[str],
    weights: list[float],
) -> str:
    first_base = len(words.frequent)
    drawn = chance.choices(range(len(pool)), cum_weights=weights, k=TEXT_BYTES // 6)
    printed: list[str] = []
    size, sentence = 0, chance.randint(8, 25)
    for place in drawn:
        base = chance.choice(topic) if chance.random() < _TOPIC_SHARE else ""
        word = base or pool[place]
        if base or place >= first_base:
            proclitic, enclitic = chance.choices(_CLITICS, _CLITIC_WEIGHTS)[0]
            word = proclitic + word + (enclitic if word[-1] != "ة" else "")
        sentence -= 1
        if not sentence:
            word += chance.choice((".", ".", ".\n"))
            sentence = chance.randint(8, 25)
        elif chance.random() < 0.05:
            word += "،"
        printed.append(word)
        size += 2 * len(word) + 1
        if size >= TEXT_BYTES:
            break
    return " ".join(printed).replace("\n ", "\n")


# --- feeds and pages ---------------------------------------------------------------------------

ENTRIES = 20
"""In a feed."""
_NEWEST = datetime(2026, 6, 1, 6, tzinfo=UTC)


def feeds(count: int, port: int) -> list[bytes]:
    """Give RSS feeds of 20 entries, each with a headline and a summary of its own."""
    written = documents(count * ENTRIES // 8 + 1, seed=3)
    pieces = [text[at : at + 200].strip() for text in written for at in range(0, 1_600, 200)]
    return [
        _feed(number, port, pieces[number * ENTRIES : (number + 1) * ENTRIES])
        for number in range(count)
    ]


def _feed(number: int, port: int, pieces: list[str]) -> bytes:
    items = "".join(
        f"<item><title>{html.escape(piece[:70])}</title>"
        f"<link>http://127.0.0.1:{port}/page/{number * ENTRIES + at}</link>"
        f"<guid>{number}-{at}</guid><description>{html.escape(piece)}</description>"
        f"<pubDate>{format_datetime(_NEWEST - timedelta(minutes=at * 30))}</pubDate></item>\n"
        for at, piece in enumerate(pieces)
    )
    head = f"<title>وكالة {number}</title><link>http://127.0.0.1:{port}/</link><description/>"
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
    )


def pages(count: int, newest: datetime = _NEWEST) -> list[bytes]:
    """Give pages as newspapers build them, 60 to 150 KB: menus, lists of other stories, scripts.

    The first is from `newest`, each other from a minute before the last.
    """
    chance = random.Random(4)
    lines = "\n".join(documents(60, seed=5)).split("\n")
    headlines = [line[:80] for line in lines if len(line) > 80]
    menu = _list(chance.sample(headlines, 60), "menu-item", size=18)
    return [
        _page(number, text, menu, chance, headlines, newest - timedelta(minutes=number))
        for number, text in enumerate(documents(count, seed=6))
    ]


def _page(
    number: int,
    text: str,
    menu: str,
    chance: random.Random,
    headlines: list[str],
    published: datetime,
) -> bytes:
    title = html.escape(headlines[number % len(headlines)])
    paragraphs = [f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip()]
    paragraphs.insert(3, _cards(chance.sample(headlines, 3)))
    script = _script(chance, chance.randint(20_000, 60_000))
    when = published.isoformat()
    told = (
        f'{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}",'
        f'"datePublished":"{when}"}}'
    )
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{when}">'
        f'<script type="application/ld+json">{told}</script>'
        f"<style>{_style(chance)}</style><script>{script}</script></head><body>"
        f'<header class="site-header"><nav class="main-menu">{menu}</nav></header>'
        f'<div class="container"><div class="row"><main class="col-8">'
        f'<article class="post"><h1 class="entry-title">{title}</h1>'
        f'<div class="meta"><span class="author">محرر</span><time datetime="{when}">{when}</time></div>'
        f'<div class="share"><a href="#">شارك</a><a href="#">غرد</a></div>'
        f'<div class="entry-content">{"".join(paragraphs)}</div>'
        f'<div class="tags">{_list(chance.sample(headlines, 8), "tag", size=12)}</div></article>'
        f'<section class="related">{_cards(chance.sample(headlines, 12))}</section></main>'
        f'<aside class="sidebar">{_cards(chance.sample(headlines, 40))}'
        f"{_list(chance.sample(headlines, 40), 'most-read', size=70)}</aside></div></div>"
        f'<footer class="site-footer">{menu}<p>جميع الحقوق محفوظة</p></footer>'
        f"<script>{_script(chance, 8_000)}</script></body></html>"
    ).encode()


def _list(titles: list[str], name: str, size: int) -> str:
    items = (
        f'<li class="{name} {name}-{at}"><a href="/s/{at}"><span>{html.escape(title[:size])}</span></a></li>'
        for at, title in enumerate(titles)
    )
    return f'<ul class="{name}-list">{"".join(items)}</ul>'


def _cards(titles: list[str]) -> str:
    return "".join(
        f'<div class="card"><div class="card-image"><a href="/news/{at}"><img src="/img/{at}.jpg" alt=""></a>'
        f'</div><div class="card-body"><h3 class="card-title"><a href="/news/{at}">{html.escape(title)}</a></h3>'
        f'<span class="card-date">منذ {at + 1} ساعات</span></div></div>'
        for at, title in enumerate(titles)
    )


def _script(chance: random.Random, size: int) -> str:
    line = "window.q=window.q||[];q.push(function(){show('slot-%d',{w:%d,h:%d})});"
    return "".join(
        line % (chance.randint(1, 999), chance.randint(1, 999), at) for at in range(size // 75)
    )


def _style(chance: random.Random) -> str:
    return "".join(f".c{chance.randint(1, 9999)}{{margin:{at}px}}" for at in range(400))
