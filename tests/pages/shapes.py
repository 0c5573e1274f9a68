"""How news pages are made: one builder for each make of page, around an invented story.

A builder gives the page and the lines that are the article, in order; every other line is noise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from tests.pages.stories import HEADLINES, TEASERS, Story

Lines: TypeAlias = tuple[str, ...]
Made: TypeAlias = tuple[str, Lines]
Shape: TypeAlias = Callable[[Story], Made]

SECTIONS = ("سياسة", "اقتصاد", "رياضة", "ثقافة", "منوعات", "تكنولوجيا", "صحة", "رأي")
NAV = (
    "<nav><ul>"
    + "".join(f'<li><a href="/s/{n}">{name}</a></li>' for n, name in enumerate(SECTIONS))
    + "</ul></nav>"
)
FOOTER = '<footer class="site-footer"><p>جميع الحقوق محفوظة لصحيفة المرفأ 2026</p><ul><li><a href="/about">من نحن</a></li><li><a href="/contact">اتصل بنا</a></li><li><a href="/privacy">سياسة الخصوصية</a></li></ul></footer>'
SHARE = '<div class="share-bar"><span>شارك</span><a href="#">فيسبوك</a><a href="#">تويتر</a><a href="#">واتساب</a><button>نسخ الرابط</button></div>'
TICKER = (
    '<div class="ticker"><span>عاجل</span><ul>'
    + "".join(f'<li><a href="/n/{n}">{text}</a></li>' for n, text in enumerate(HEADLINES[:4]))
    + "</ul></div>"
)


def grid(
    first: int = 0,
    count: int = 4,
    *,
    teasers: bool = False,
    heading: str = "مقالات ذات صلة",
    mark: str = "related-posts",
) -> str:
    """Cards of other stories."""
    cards = "".join(
        f'<div class="card"><a href="/n/{n}"><img src="/i/{n}.jpg" alt="{HEADLINES[n]}"><h3>{HEADLINES[n]}</h3></a>'
        + (f"<p>{TEASERS[n]}</p>" if teasers else "")
        + '<span class="date">12 مايو 2026</span></div>'
        for n in range(first, first + count)
    )
    return f'<div class="{mark}"><h2>{heading}</h2>{cards}</div>'


def sidebar(mark: str = "sidebar") -> str:
    items = "".join(f'<li><a href="/n/{n}">{HEADLINES[n]}</a></li>' for n in range(8))
    return f'<aside class="{mark}"><h4>الأكثر قراءة</h4><ol>{items}</ol><div class="weather"><span>العاصمة</span><span>31°</span><span>صافية</span></div></aside>'


def ps(story: Story) -> str:
    return "".join(f"<p>{text}</p>" for text in story.paragraphs)


def doc(body: str, story: Story, head: str = "", lang: str = "ar") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}" dir="rtl"><head><meta charset="utf-8"><title>{story.title} - صحيفة المرفأ</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def json_ld(story: Story, **more: object) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": "2026-05-12T08:30:00+03:00",
        "author": {"@type": "Person", "name": "نور الحلبي"},
        "publisher": {"@type": "Organization", "name": "صحيفة المرفأ"},
        **more,
    }
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


OG = '<meta property="og:type" content="article"><meta property="og:site_name" content="صحيفة المرفأ">'


# --- content systems --------------------------------------------------------------------------


def wordpress_newspaper(story: Story) -> Made:
    body = f"""{NAV}<div class="td-main-content-wrap"><div class="td-pb-row"><div class="td-pb-span8 td-main-content">
    <article class="post type-post status-publish"><div class="td-post-header"><ul class="td-category"><li><a href="/c">أخبار محلية</a></li></ul>
    <header class="td-post-title"><h1 class="entry-title">{story.title}</h1><div class="td-module-meta-info"><div class="td-post-author-name">بواسطة <a href="/a">نور الحلبي</a></div>
    <span class="td-post-date"><time class="entry-date updated td-module-date" datetime="2026-05-12T08:30:00+03:00">12 مايو، 2026</time></span><div class="td-post-views">1520</div></div></header></div>
    {SHARE}<div class="td-post-content tagdiv-type">{ps(story)}</div>
    <footer><div class="td-post-source-tags"><ul class="td-tags"><li><span>الوسوم</span></li><li><a href="/t/1">السيول</a></li><li><a href="/t/2">الحكومة</a></li></ul></div>
    <div class="td-block-row td-post-next-prev"><div class="td-post-prev-post"><span>المادة السابقة</span><a href="/n/0">{HEADLINES[0]}</a></div><div class="td-post-next-post"><span>المادة التالية</span><a href="/n/1">{HEADLINES[1]}</a></div></div>
    <div class="author-box-wrap"><a href="/a"><img src="/a.jpg"></a><div class="desc">نور الحلبي</div></div></footer></article>
    {grid(2, 3, mark="td_block_related_posts")}<div class="comments" id="comments"><div id="respond"><h3>اترك تعليقا</h3><form><textarea></textarea><p>لن يتم نشر عنوان بريدك الإلكتروني.</p></form></div></div>
    </div><div class="td-pb-span4 td-main-sidebar">{sidebar()}</div></div></div>{FOOTER}"""
    return doc(body, story, OG), story.paragraphs


def wordpress_blocks(story: Story) -> Made:
    inner = f'<p>{story.paragraphs[0]}</p><figure class="wp-block-image"><img src="/i.jpg"><figcaption>جانب من المكان أمس (رويترز)</figcaption></figure>'
    inner += f'<blockquote class="wp-block-quote"><p>{story.paragraphs[1]}</p></blockquote>'
    inner += f'<div class="wp-block-read-also"><strong>اقرأ أيضا:</strong> <a href="/n/3">{HEADLINES[3]}</a></div>'
    inner += "".join(f"<p>{text}</p>" for text in story.paragraphs[2:])
    body = f'{NAV}<main id="main"><article class="post"><header><h1 class="entry-title">{story.title}</h1></header><div class="entry-content">{inner}</div></article></main>{sidebar()}{FOOTER}'
    return doc(body, story, OG), story.paragraphs


def drupal(story: Story) -> Made:
    body = f"""<div id="page">{NAV}<div class="region region-content"><div class="node node-article view-mode-full clearfix"><h1 class="page-title">{story.title}</h1>
    <div class="field field-name-field-date"><span class="date-display-single">الثلاثاء, 12 مايو, 2026 - 08:30</span></div>
    <div class="field field-name-field-image"><img src="/x.jpg"><div class="image-caption">صورة أرشيفية</div></div>
    <div class="field field-name-body field-type-text-with-summary"><div class="field-items"><div class="field-item even" property="content:encoded">{ps(story)}</div></div></div>
    <div class="field field-name-field-tags"><div class="field-label">الوسوم:&nbsp;</div><div class="field-items"><a href="/t/1">مياه</a> <a href="/t/2">خدمات</a></div></div></div>
    <div class="block block-views"><h2>آخر الأخبار</h2><div class="view-content">{"".join(f'<div class="views-row"><span class="field-content"><a href="/n/{n}">{h}</a></span></div>' for n, h in enumerate(HEADLINES))}</div></div></div></div>{FOOTER}"""
    return doc(body, story), story.paragraphs


def blogger(story: Story) -> Made:
    text = "<br /><br />".join(story.paragraphs)
    body = f"""<div class="content-outer"><div class="main-inner"><div class="blog-posts hfeed"><div class="post hentry"><a name="1"></a><h3 class="post-title entry-title">{story.title}</h3>
    <div class="post-header"></div><div class="post-body entry-content" id="post-body-1"><div dir="rtl" style="text-align: right;" trbidi="on"><div class="separator"><a href="/i.jpg"><img border="0" src="/i.jpg"></a></div>{text}</div><div style="clear: both;"></div></div>
    <div class="post-footer"><span class="post-author vcard">مرسلة بواسطة <a href="/p">مدونة الواحة</a></span><span class="post-timestamp">في <abbr class="published" title="2026-05-12T08:30:00+03:00">8:30 ص</abbr></span><div class="post-share-buttons"><a href="#">إرسال بالبريد الإلكتروني</a><a href="#">المشاركة على تويتر</a></div></div></div></div>
    <div class="comments" id="comments"><h4>ليست هناك تعليقات:</h4><p class="comment-footer"><a href="#">إرسال تعليق</a></p></div><div class="blog-pager"><a href="#">رسالة أحدث</a><a href="#">رسالة أقدم</a><a href="/">الصفحة الرئيسية</a></div></div>
    <div class="column-right-outer"><div class="widget BlogArchive"><h2>أرشيف المدونة الإلكترونية</h2><ul><li><a href="/2026">2026</a> (40)</li></ul></div></div></div>"""
    return doc(body, story), story.paragraphs


def amp(story: Story) -> Made:
    body = f"""<header class="amp-header"><a href="/">صحيفة المرفأ</a></header><amp-sidebar id="s" layout="nodisplay"><ul>{"".join(f'<li><a href="/{n}">{s}</a></li>' for n, s in enumerate(SECTIONS))}</ul></amp-sidebar>
    <article class="amp-article"><h1>{story.title}</h1><p class="byline">نور الحلبي</p><amp-img src="/i.jpg" width="600" height="400"></amp-img><div class="amp-body">{ps(story)}</div>
    <amp-social-share type="facebook"></amp-social-share><div class="amp-related"><h3>قد يهمك أيضا</h3><ul>{"".join(f'<li><a href="/n/{n}">{HEADLINES[n]}</a></li>' for n in range(3))}</ul></div></article>{FOOTER}"""
    html = doc(body, story, json_ld(story)).replace("<html ", "<html amp ")
    return html, story.paragraphs


def layout_table(story: Story) -> Made:
    text = "<br><br>\n".join(f"&nbsp;&nbsp;{paragraph}" for paragraph in story.paragraphs)
    body = f"""<table width="100%" border="0"><tr><td colspan="3"><img src="/logo.gif"></td></tr><tr><td width="150" valign="top"><table>{"".join(f'<tr><td><a href="/{n}">{s}</a></td></tr>' for n, s in enumerate(SECTIONS))}</table></td>
    <td valign="top"><font size="5" color="#990000"><b>{story.title}</b></font><br><font size="2">12/5/2026</font><hr><font size="4" face="Simplified Arabic">{text}</font></td>
    <td width="160" valign="top"><table>{"".join(f'<tr><td><a href="/n/{n}">{h}</a></td></tr>' for n, h in enumerate(HEADLINES))}</table></td></tr><tr><td colspan="3" align="center">جميع الحقوق محفوظة</td></tr></table>"""
    return doc(body, story), story.paragraphs


def web_form_page(story: Story) -> Made:
    """The whole page stands inside one form, as ASP.NET makes it."""
    text = "<br /><br />".join(story.paragraphs)
    body = f"""<form method="post" action="./details.aspx?id=7" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="{"/wEPDwUK" * 60}"><div id="top">{NAV}</div>
    <div id="ctl00_content"><h1 id="ctl00_title">{story.title}</h1><span id="ctl00_date">2026-05-12 | 08:30</span><div id="ctl00_details" class="news-details">{text}</div></div>
    <div id="ctl00_more"><h3>أخبار أخرى</h3><ul>{"".join(f'<li><a href="/n/{n}">{h}</a></li>' for n, h in enumerate(HEADLINES))}</ul></div></form>{FOOTER}"""
    return doc(body, story), story.paragraphs


def next_js(story: Story) -> Made:
    """A shell: the text stands in the page's state only."""
    html_body = "".join(f"<p>{text}</p>" for text in story.paragraphs)
    state = {
        "props": {
            "pageProps": {
                "article": {
                    "id": 5,
                    "title": story.title,
                    "publishedAt": "2026-05-12T05:30:00Z",
                    "body": html_body,
                },
                "related": [
                    {"title": h, "summary": t} for h, t in zip(HEADLINES, TEASERS, strict=True)
                ],
            }
        },
        "page": "/news/[id]",
        "query": {"id": "5"},
    }
    body = f'<div id="__next"><div class="spinner"></div></div><script id="__NEXT_DATA__" type="application/json">{json.dumps(state, ensure_ascii=False)}</script><script src="/_next/static/chunks/main.js" async></script>'
    return doc(body, story, OG), story.paragraphs


def shell_with_json_ld(story: Story) -> Made:
    body = '<div id="root"></div><script src="/static/app.js"></script><noscript>يجب تفعيل جافاسكربت لعرض هذا الموقع</noscript>'
    return doc(
        body, story, json_ld(story, articleBody="\n\n".join(story.paragraphs))
    ), story.paragraphs


def next_js_with_text(story: Story) -> Made:
    state = {
        "props": {
            "pageProps": {
                "article": {
                    "title": story.title,
                    "content": [{"type": "paragraph", "text": text} for text in story.paragraphs],
                }
            }
        }
    }
    body = f'<div id="__next">{NAV}<main><h1>{story.title}</h1><div class="css-1x2y3z">{"".join(f"""<div class="css-9q8w7e"><p>{text}</p></div>""" for text in story.paragraphs)}</div></main>{FOOTER}</div><script id="__NEXT_DATA__" type="application/json">{json.dumps(state, ensure_ascii=False)}</script>'
    return doc(body, story), story.paragraphs


# --- how paragraphs are made ------------------------------------------------------------------


def paragraphs_as_divs(story: Story) -> Made:
    text = "".join(f"<div>{paragraph}</div>" for paragraph in story.paragraphs)
    return doc(
        f'{NAV}<div class="container"><h1>{story.title}</h1>{SHARE}<div class="article-body">{text}</div></div>{sidebar()}{FOOTER}',
        story,
    ), story.paragraphs


def paragraphs_as_spans(story: Story) -> Made:
    text = "".join(
        f'<p dir="RTL"><span style="font-size:16px"><span style="font-family:Arial">{paragraph}</span></span></p><p>&nbsp;</p>'
        for paragraph in story.paragraphs
    )
    return doc(
        f'{NAV}<div class="container"><h1>{story.title}</h1><div class="content-detail">{text}</div></div>{FOOTER}',
        story,
    ), story.paragraphs


def bare_text(story: Story) -> Made:
    text = "\n<br>\n".join(story.paragraphs)
    return doc(
        f'{NAV}<div class="wrap"><h1>{story.title}</h1>\n{text}\n</div>{FOOTER}', story
    ), story.paragraphs


def breaks_around_an_advertisement(story: Story) -> Made:
    half = len(story.paragraphs) // 2
    first, second = (
        "<br/><br/>".join(story.paragraphs[:half]),
        "<br/><br/>".join(story.paragraphs[half:]),
    )
    body = f'{NAV}<div class="page"><h1>{story.title}</h1><div class="story-text">{first}<br/><br/><div class="ad-slot" id="div-gpt-ad-1"><script>googletag.cmd.push(1)</script></div><br/>{second}</div></div>{grid(0, 4)}{FOOTER}'
    return doc(body, story), story.paragraphs


def inline_markup(story: Story) -> Made:
    def marked(text: str) -> str:
        words = text.split()
        words[1] = f'<a href="/tag/{words[1]}">{words[1]}</a>'
        words[4] = f"<b>{words[4]}</b>"
        words[7] = f"<em>{words[7]}</em>"
        words[9] = f'<span class="hl">{words[9]}</span>'
        return " ".join(words)

    text = "".join(f"<p>{marked(paragraph)}</p>" for paragraph in story.paragraphs)
    return doc(
        f'{NAV}<div class="main"><h1>{story.title}</h1><div class="text">{text}</div></div>{FOOTER}',
        story,
    ), story.paragraphs


def inline_markup_in_a_table(story: Story) -> Made:
    text = inline_markup(story)[0].split('<div class="text">')[1].split("</div>")[0]
    body = f'<table><tr><td class="side"><a href="/">الرئيسية</a> <a href="/archive">الأرشيف</a></td><td class="content"><h1>{story.title}</h1>{text}</td></tr></table>'
    return doc(body, story), story.paragraphs


def split_into_sections(story: Story) -> Made:
    """The body stands in two boxes with an advertisement between them."""
    half = len(story.paragraphs) // 2
    boxes = [story.paragraphs[:half], story.paragraphs[half:]]
    text = '<div class="advert"><span>إعلان</span></div>'.join(
        f'<div class="article-body">{"".join(f"<p>{p}</p>" for p in box)}</div>' for box in boxes
    )
    return doc(
        f"{NAV}<article><h1>{story.title}</h1>{text}</article>{sidebar()}{FOOTER}", story
    ), story.paragraphs


def split_into_many_sections(story: Story) -> Made:
    text = "".join(
        f'<section class="body__inner-container"><div class="body__text"><p>{p}</p></div></section><div class="ad">إعلان</div>'
        for p in story.paragraphs
    )
    return doc(
        f'{NAV}<div class="layout"><h1>{story.title}</h1>{text}</div>{sidebar()}{FOOTER}', story
    ), story.paragraphs


# --- what stands inside and around ------------------------------------------------------------


def read_also_inside(story: Story) -> Made:
    inserts = (
        f'<div class="read-more"><span>اقرأ أيضا</span><a href="/n/1">{HEADLINES[1]}</a></div>',
        f'<p><strong>اقرأ أيضاً: <a href="/n/2">{HEADLINES[2]}</a></strong></p>',
        f'<p>إقرأ المزيد.. <a href="/n/3">{HEADLINES[3]}</a></p>',
        f'<section class="more-on"><h2>قصص مقترحة</h2><ul><li><a href="/n/4">{HEADLINES[4]}</a></li><li><a href="/n/5">{HEADLINES[5]}</a></li></ul></section>',
    )
    text = "".join(
        f"<p>{p}</p>{inserts[n] if n < len(inserts) and n < len(story.paragraphs) - 1 else ''}"
        for n, p in enumerate(story.paragraphs)
    )
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
        OG,
    ), story.paragraphs


def related_with_teasers(story: Story) -> Made:
    body = f'{NAV}<article class="details"><h1>{story.title}</h1>{ps(story)}</article>{grid(0, 6, teasers=True, heading="أخبار ذات صلة", mark="more-news")}{FOOTER}'
    return doc(body, story), story.paragraphs


def related_inside_the_box(story: Story) -> Made:
    """Cards of other stories stand in the same box as the text, without a telling class."""
    body = f'{NAV}<div class="col-8"><h1>{story.title}</h1>{ps(story)}{grid(0, 4, teasers=True, heading="الأكثر قراءة", mark="row")}</div>{FOOTER}'
    return doc(body, story), story.paragraphs


def comment_thread(story: Story) -> Made:
    said = (
        "الله يحفظ أهلنا في كل مكان ويبعد عنهم الشر، والمسؤولون نائمون كالعادة ولا أحد يحاسبهم.",
        "كلام جميل لكن أين كانت هذه الجهات قبل عشر سنوات؟ سؤال لا يجيب عنه أحد من الذين نراهم كل يوم.",
        "شكرا على الخبر ونرجو متابعة الموضوع لأن الناس تعبت من الوعود.",
    )
    thread = "".join(
        f'<li class="comment"><div class="comment-author">قارئ {n}</div><div class="comment-content"><p>{text}</p></div><a href="#">رد</a></li>'
        for n, text in enumerate(said)
    )
    body = f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{ps(story)}</div></article><section id="comments" class="comments-area"><h2>3 تعليقات</h2><ol class="comment-list">{thread}</ol><form><label>التعليق</label><textarea></textarea><input type="submit" value="إرسال التعليق"></form></section>{FOOTER}'
    return doc(body, story), story.paragraphs


def ticker_and_bars(story: Story) -> Made:
    body = f'<div class="top">الثلاثاء 12 مايو 2026</div>{TICKER}{NAV}<div class="post"><h1>{story.title}</h1><div class="meta"><span>نور الحلبي</span> | <span>منذ 3 ساعات</span> | <span>5 دقائق للقراءة</span></div>{SHARE}<div class="tools"><a>أ+</a><a>أ-</a><a>طباعة</a></div><div class="post-text">{ps(story)}</div>{SHARE}<div class="tags"><a href="/t">#السيول</a><a href="/t">#الحكومة</a></div></div>{FOOTER}'
    return doc(body, story), story.paragraphs


def newsletter_prompt_inside(story: Story) -> Made:
    prompt = '<div class="newsletter-box"><h3>النشرة البريدية</h3><p>اشترك في نشرتنا البريدية لتصلك أهم الأخبار كل صباح</p><form><input type="email" placeholder="بريدك الإلكتروني"><button>اشترك</button></form></div>'
    text = f"<p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p>{prompt}" + "".join(
        f"<p>{p}</p>" for p in story.paragraphs[2:]
    )
    channel = (
        '<p>تابعوا آخر أخبارنا عبر <a href="#">قناتنا على تلغرام</a> و<a href="#">واتساب</a></p>'
    )
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="content">{text}{channel}</div></article>{FOOTER}',
        story,
    ), story.paragraphs


def gallery(story: Story) -> Made:
    slides = "".join(
        f'<div class="slide"><img src="/g/{n}.jpg"><div class="slide-caption">مشهد من المكان بعدسة المصور رقم {n} (أ ف ب)</div></div>'
        for n in range(1, 5)
    )
    body = f'{NAV}<article><h1>{story.title}</h1><div class="gallery swiper">{slides}</div><div class="body-text">{ps(story)}</div></article>{FOOTER}'
    return doc(body, story), story.paragraphs


def captions_and_credits(story: Story) -> Made:
    picture = '<div class="media"><img src="/1.jpg" alt="آليات تعمل في الموقع"><p class="caption">آليات تعمل في الموقع صباح اليوم (الأناضول)</p></div>'
    second = '<figure><img src="/2.jpg"><figcaption><span>سكان ينتظرون المساعدات</span><cite>Getty Images</cite></figcaption></figure>'
    text = f"{picture}<p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p>{second}" + "".join(
        f"<p>{p}</p>" for p in story.paragraphs[2:]
    )
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="article__content">{text}</div></article>{FOOTER}',
        story,
    ), story.paragraphs


def lists_and_subheads(story: Story) -> Made:
    items = (
        "صرف تعويضات للمتضررين خلال أسبوعين",
        "تشكيل لجنة تحقيق مستقلة برئاسة قاض",
        "نشر نتائج التحقيق في وسائل الإعلام",
    )
    text = (
        f"<p>{story.paragraphs[0]}</p><h2>ماذا تقرر؟</h2><p>{story.paragraphs[1]}</p><ul>{''.join(f'<li>{i}</li>' for i in items)}</ul><h2>ردود الفعل</h2>"
        + "".join(f"<p>{p}</p>" for p in story.paragraphs[2:])
    )
    gold = (
        story.paragraphs[0],
        "ماذا تقرر؟",
        story.paragraphs[1],
        *items,
        "ردود الفعل",
        *story.paragraphs[2:],
    )
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
    ), gold


def lists_of_spans(story: Story) -> Made:
    items = (
        "إعادة التيار الكهربائي إلى المناطق المتضررة كافة",
        "توزيع سلات غذائية على العائلات النازحة",
        "تأجيل الامتحانات في مدارس المنطقة أسبوعا",
    )
    text = (
        f"<p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p><ul>{''.join(f'<li><span class=t>{i}</span></li>' for i in items)}</ul>"
        + "".join(f"<p>{p}</p>" for p in story.paragraphs[2:])
    )
    gold = (*story.paragraphs[:2], *items, *story.paragraphs[2:])
    return doc(
        f'{NAV}<div class="container"><h1>{story.title}</h1><div class="detail">{text}</div></div>{FOOTER}',
        story,
    ), gold


def table_inside(story: Story) -> Made:
    rows = (("المحافظة", "عدد العائلات"), ("الزهراء", "120"), ("الواحة", "85"))
    table = (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        + "</table>"
    )
    text = f"<p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p>{table}" + "".join(
        f"<p>{p}</p>" for p in story.paragraphs[2:]
    )
    gold = (*story.paragraphs[:2], *(" ".join(row) for row in rows), *story.paragraphs[2:])
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
    ), gold


def tweets_inside(story: Story) -> Made:
    said = "تابعت بقلق الأنباء الواردة من المنطقة، وأوجه كل الجهات بتقديم العون للأهالي فورا."
    tweet = f'<blockquote class="twitter-tweet"><p lang="ar" dir="rtl">{said} <a href="https://t.co/x">pic.twitter.com/x</a></p>&mdash; سالم الراوي (@salem) <a href="https://twitter.com/salem/status/1">May 12, 2026</a></blockquote><script async src="https://platform.twitter.com/widgets.js"></script>'
    text = f"<p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p>{tweet}" + "".join(
        f"<p>{p}</p>" for p in story.paragraphs[2:]
    )
    gold = (*story.paragraphs[:2], f"{said} pic.twitter.com/x", *story.paragraphs[2:])
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
    ), gold


def multi_page(story: Story) -> Made:
    pages = '<div class="pagination"><span>الصفحات:</span> <a href="?p=1">1</a> <a href="?p=2">2</a> <a href="?p=2">التالي</a></div>'
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{ps(story)}{pages}</div></article>{FOOTER}',
        story,
    ), story.paragraphs


def one_sentence(story: Story) -> Made:
    body = f'{TICKER}{NAV}<article class="breaking"><h1>{story.title}</h1><time datetime="2026-05-12T08:30:00+03:00">12 مايو 2026</time>{SHARE}<div class="entry-content"><p>{story.paragraphs[0]}</p></div></article>{sidebar()}{FOOTER}'
    return doc(body, story, OG), story.paragraphs[:1]


def one_short_sentence(story: Story) -> Made:
    said = f"عاجل: {' '.join(story.title.split()[:8])}، بحسب مصدر رسمي."
    body = f'{TICKER}{NAV}<article><h1>{story.title}</h1><time datetime="2026-05-12T08:30:00+03:00">12 مايو 2026</time><div class="entry-content"><p>{said}</p></div></article>{sidebar()}{FOOTER}'
    return doc(body, story, OG + json_ld(story)), (said,)


def video_page(story: Story) -> Made:
    body = f'{NAV}<div class="video-page"><div class="player"><video src="/v.mp4"></video></div><h1>{story.title}</h1><div class="video-description"><p>{story.paragraphs[0]}</p><p>{story.paragraphs[1]}</p></div>{SHARE}{grid(0, 6, heading="فيديوهات أخرى", mark="playlist")}</div>{FOOTER}'
    return doc(body, story, '<meta property="og:type" content="video.other">'), story.paragraphs[:2]


def live_blog(story: Story) -> Made:
    posts = "".join(
        f'<div class="live-post" id="p{n}"><time datetime="2026-05-12T{12 - n}:00:00+03:00">{12 - n}:00</time><h3>فرق الإنقاذ تواصل عملها الساعة {n + 1}</h3><p>{p}</p></div>'
        for n, p in enumerate(story.paragraphs)
    )
    head = json_ld(story, **{"@type": "LiveBlogPosting"})
    gold = tuple(
        line
        for n, p in enumerate(story.paragraphs)
        for line in (f"فرق الإنقاذ تواصل عملها الساعة {n + 1}", p)
    )
    return doc(
        f'{NAV}<main><h1>{story.title}</h1><div class="live-blog">{posts}</div></main>{FOOTER}',
        story,
        head,
    ), gold


VOCALIZED = Story(
    "بَابُ فَضْلِ طَلَبِ الْعِلْمِ",
    (
        "اعْلَمْ أَنَّ طَلَبَ الْعِلْمِ مِنْ أَشْرَفِ مَا يَشْتَغِلُ بِهِ الْإِنْسَانُ، وَأَنَّ ثَمَرَتَهُ لَا تُدْرَكُ إِلَّا بِالصَّبْرِ وَطُولِ الْمُلَازَمَةِ.",
        "وَقَدْ كَانَ الْمُتَقَدِّمُونَ يَرْحَلُونَ فِي طَلَبِهِ الشُّهُورَ وَالسِّنِينَ، لَا يَمْنَعُهُمْ مِنْ ذَلِكَ بُعْدُ الدَّارِ وَلَا قِلَّةُ الزَّادِ.",
        "وَقَالَ بَعْضُ الْحُكَمَاءِ: الْعِلْمُ صَيْدٌ وَالْكِتَابَةُ قَيْدُهُ، فَمَنْ أَرَادَ أَنْ يَبْقَى لَهُ عِلْمُهُ فَلْيُقَيِّدْهُ.",
    ),
)
POEM = (
    "يا دار في سفح التلال سلاما",
    "ما زلت أذكر عهدنا أعواما",
    "كنا نسير على ضفافك صبية",
    "نلقي على وجه المياه كلاما",
    "واليوم عدت فلا أرى من أهلها",
    "إلا رسوما قد غدون ركاما",
)


def vocalized(_: Story) -> Made:
    return doc(
        f'{NAV}<article><h1>{VOCALIZED.title}</h1><div class="entry-content">{ps(VOCALIZED)}</div></article>{FOOTER}',
        VOCALIZED,
    ), VOCALIZED.paragraphs


def poem(story: Story) -> Made:
    verses = "".join(f"<p>{verse}</p>" for verse in POEM)
    text = f"<p>{story.paragraphs[0]}</p>{verses}<p>{story.paragraphs[1]}</p>"
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
    ), (story.paragraphs[0], *POEM, story.paragraphs[1])


# --- where the text hides ---------------------------------------------------------------------


def standfirst(story: Story) -> Made:
    lead = "تفاصيل جديدة يكشفها شهود عيان ومسؤولون في المنطقة مع استمرار الجهود لمعالجة آثار ما حدث خلال الأيام الأخيرة."
    body = f'{NAV}<article><header><h1>{story.title}</h1><p class="standfirst">{lead}</p></header>{SHARE}<div class="body">{ps(story)}</div></article>{FOOTER}'
    return doc(body, story), (lead, *story.paragraphs)


def lead_in_heading(story: Story) -> Made:
    body = f'{NAV}<article><h1>{story.title}</h1><h2 class="subtitle">{story.paragraphs[0]}</h2><div class="body">{"".join(f"<p>{p}</p>" for p in story.paragraphs[1:])}</div></article>{FOOTER}'
    return doc(body, story), story.paragraphs


def bold_lead(story: Story) -> Made:
    body = f'{NAV}<article><h1>{story.title}</h1><div class="body"><p><strong>{story.paragraphs[0]}</strong></p>{"".join(f"<p>{p}</p>" for p in story.paragraphs[1:])}</div></article>{FOOTER}'
    return doc(body, story), story.paragraphs


def read_more_fold(story: Story) -> Made:
    """The rest is folded away until the reader asks for it."""
    body = f'{NAV}<article><h1>{story.title}</h1><div class="teaser-text"><p>{story.paragraphs[0]}</p></div><div class="collapsed hidden-text" style="max-height:0">{"".join(f"<p>{p}</p>" for p in story.paragraphs[1:])}</div><button>اقرأ المزيد</button></article>{FOOTER}'
    return doc(body, story), story.paragraphs


def custom_elements(story: Story) -> Made:
    text = "".join(f"<news-paragraph><p>{p}</p></news-paragraph>" for p in story.paragraphs)
    return doc(
        f"<site-header>{NAV}</site-header><news-article><h1>{story.title}</h1><news-body>{text}</news-body></news-article>{FOOTER}",
        story,
    ), story.paragraphs


def promo_paragraphs(story: Story) -> Made:
    """Under the text stand the outlet's own words about itself, as plain paragraphs."""
    promo = f'<hr><p><a href="/n/6">{HEADLINES[6]}</a></p><p><a href="/n/7">{HEADLINES[7]}</a></p><p>للمزيد تابعونا على <a href="#">فيسبوك</a> و<a href="#">تويتر</a></p>'
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{ps(story)}{promo}</div></article>{FOOTER}',
        story,
    ), story.paragraphs


def links_between_paragraphs(story: Story) -> Made:
    """Other stories stand between the paragraphs, each a link that fills its paragraph."""
    text = "".join(
        f'<p>{p}</p><p><a href="/n/{n}">{HEADLINES[n]}</a></p>'
        if n < len(story.paragraphs) - 1
        else f"<p>{p}</p>"
        for n, p in enumerate(story.paragraphs)
    )
    return doc(
        f'{NAV}<article><h1>{story.title}</h1><div class="entry-content">{text}</div></article>{FOOTER}',
        story,
    ), story.paragraphs


SHAPES: tuple[Shape, ...] = (
    wordpress_newspaper, wordpress_blocks, drupal, blogger, amp, layout_table, web_form_page, next_js,
    shell_with_json_ld, next_js_with_text, paragraphs_as_divs, paragraphs_as_spans, bare_text,
    breaks_around_an_advertisement, inline_markup, inline_markup_in_a_table, split_into_sections,
    split_into_many_sections, read_also_inside, related_with_teasers, related_inside_the_box,
    comment_thread, ticker_and_bars, newsletter_prompt_inside, gallery, captions_and_credits,
    lists_and_subheads, lists_of_spans, table_inside, tweets_inside, multi_page, one_sentence,
    one_short_sentence, video_page, live_blog, vocalized, poem, standfirst, lead_in_heading, bold_lead,
    read_more_fold, custom_elements, promo_paragraphs, links_between_paragraphs,
)  # fmt: skip
