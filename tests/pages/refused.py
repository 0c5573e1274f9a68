"""Pages that are no article, of any make: none of them may ever be recorded as one."""

from __future__ import annotations

import json

from tests.pages.shapes import FOOTER, NAV, SECTIONS, TICKER, grid, sidebar
from tests.pages.stories import HEADLINES, STORIES, TEASERS


def page(body: str, title: str, head: str = "", lang: str = "ar") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def _rows(count: int = 8, *, teasers: bool = True, tag: str = "div", heading: str = "h2") -> str:
    return "".join(
        f'<{tag} class="item"><{heading}><a href="/n/{n}">{HEADLINES[n]}</a></{heading}>'
        + (f"<p>{TEASERS[n]}</p>" if teasers else "")
        + f'<a href="/n/{n}" class="more">اقرأ المزيد</a></{tag}>'
        for n in range(count)
    )


def _results() -> str:
    return "".join(
        f'<li><h3><a href="/n/{n}">{HEADLINES[n]}</a></h3><cite>news.example › {n}</cite><p>{TEASERS[n][:90]} ...</p></li>'
        for n in range(8)
    )


def _bold_list() -> str:
    return "".join(
        f'<tr><td><a href="/n/{n}"><b>{HEADLINES[n]}</b></a><br>{TEASERS[n]}</td></tr>'
        for n in range(8)
    )


SHELL = '<div id="root"></div><script src="/static/js/main.8f2c.js"></script>'
LISTINGS = {
    "home": page(
        f"{TICKER}{NAV}{grid(0, 8, heading='آخر الأخبار', mark='latest')}{sidebar()}{FOOTER}",
        "صحيفة المرفأ",
    ),
    "home with teasers": page(
        f"{NAV}<main>{grid(0, 8, teasers=True, heading='أهم الأخبار', mark='top')}</main>{FOOTER}",
        "صحيفة المرفأ | الرئيسية",
    ),
    "section": page(f"{NAV}<h1>اقتصاد</h1>{_rows()}{FOOTER}", "اقتصاد - صحيفة المرفأ"),
    "section with a description": page(
        f"{NAV}<h1>اقتصاد</h1><p>تغطية شاملة لأخبار الاقتصاد والأسواق والنفط والطاقة والبنوك في المنطقة والعالم، مع تحليلات وتقارير يعدها فريق التحرير على مدار الساعة.</p>{_rows()}{FOOTER}",
        "اقتصاد - صحيفة المرفأ",
    ),
    "section of articles": page(
        f"{NAV}<h1>سياسة</h1>{_rows(tag='article', heading='h3')}{FOOTER}", "سياسة | صحيفة المرفأ"
    ),
    "section as a table": page(
        f"<table><tr><td>{''.join(f'<a href=/{n}>{s}</a> ' for n, s in enumerate(SECTIONS))}</td><td><table>{_bold_list()}</table></td></tr></table>",
        "أخبار محلية",
    ),
    "section of linked cards": page(
        f"{NAV}<h1>رياضة</h1>"
        + "".join(
            f'<a class="card" href="/n/{n}"><h3>{HEADLINES[n]}</h3><p>{TEASERS[n]}</p></a>'
            for n in range(8)
        )
        + FOOTER,
        "رياضة",
    ),
    "section with a lead story": page(
        f'{NAV}<h1>سياسة</h1><div class="hero"><h2><a href="/n/9">{STORIES[1].title}</a></h2><p>{STORIES[1].paragraphs[0]}</p></div>{_rows()}{FOOTER}',
        "سياسة",
    ),
    "tag": page(
        f'{NAV}<h1 class="page-title">الوسم: النفط</h1>{_rows(5)}<div class="pagination"><a href="?p=2">2</a></div>{FOOTER}',
        "النفط Archives - صحيفة المرفأ",
        '<meta property="og:type" content="object">',
    ),
    "search": page(
        f"{NAV}<h1>نتائج البحث عن: الرواتب</h1><form><input name=q></form><p>تم العثور على 8 نتائج</p><ol>{_results()}</ol>{FOOTER}",
        "نتائج البحث",
    ),
    "empty search": page(
        f"{NAV}<h1>نتائج البحث</h1><p>عذرا، لم يتم العثور على أي نتائج تطابق بحثك. يرجى المحاولة بكلمات أخرى أو تصفح الأقسام من القائمة أعلاه.</p><form><input name=q></form>{FOOTER}",
        "نتائج البحث",
    ),
    "author": page(
        f'{NAV}<div class="author-box"><h1>نور الحلبي</h1><p>صحافية مقيمة في العاصمة، تكتب في الشأن السياسي والاجتماعي منذ عام 2010، وعملت في عدد من الصحف والمواقع العربية.</p></div>{_rows()}{FOOTER}',
        "نور الحلبي، كاتب في صحيفة المرفأ",
        '<meta property="og:type" content="profile">',
    ),
    "archive by day": page(
        f"{NAV}<h1>أرشيف الأخبار: مايو 2026</h1><ul>{''.join(f'<li><span>0{n + 1}/05/2026</span> <a href=/n/{n}>{h}</a></li>' for n, h in enumerate(HEADLINES))}</ul>{FOOTER}",
        "الأرشيف",
    ),
    "video gallery": page(
        f"{NAV}<h1>فيديو</h1>{grid(0, 8, heading='أحدث المقاطع', mark='videos')}{FOOTER}", "فيديو"
    ),
    "English section": page(
        "<nav><a href=/>Home</a></nav><h1>Business</h1>"
        + "".join(
            f'<div class="story"><h3><a href="/b/{n}">Oil exports rise to the highest level in {n} years</a></h3><p>Exports of crude rose last month to their highest level, according to figures that the ministry published on Sunday.</p></div>'
            for n in range(2, 9)
        ),
        "Business - The Harbor",
        lang="en",
    ),
    "latest list": page(
        f"{NAV}<h2>آخر الأخبار</h2><ul>{''.join(f'<li><a href=/n/{n}>{h}</a> <time>منذ {n + 1} ساعات</time></li>' for n, h in enumerate(HEADLINES))}</ul>{FOOTER}",
        "آخر الأخبار",
    ),
}
BLOCKS = {
    "captcha": page(
        "<h1>تحقق أمني</h1><p>نحتاج إلى التأكد من أنك لست روبوتا. يرجى إكمال الاختبار أدناه للمتابعة إلى الموقع.</p><div class='g-recaptcha'></div>",
        "تحقق أمني",
    ),
    "English captcha": page(
        "<h1>One more step</h1><p>Please complete the security check to access news.example. Why do I have to complete a CAPTCHA? Completing the CAPTCHA proves you are a human and gives you temporary access to the web property.</p>",
        "Attention Required! | Cloudflare",
        lang="en",
    ),
    "press and hold": page(
        "<h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1><p>Reference ID 7f2a-11</p>",
        "Access to this page has been denied",
        lang="en",
    ),
    "unusual traffic": page(
        "<p>Our systems have detected unusual traffic from your computer network. This page checks to see if it's really you sending the requests, and not a robot.</p>",
        "Sorry...",
        lang="en",
    ),
    "browser check": page(
        '<div class="main-wrapper"><h1>news.example</h1><h2>Checking if the site connection is secure</h2><p>news.example needs to review the security of your connection before proceeding.</p></div><script>window._cf_chl_opt={}</script>',
        "Just a moment...",
        lang="en",
    ),
    "Arabic browser check": page(
        "<h1>لحظة من فضلك...</h1><p>جار التحقق من متصفحك قبل الوصول إلى الموقع. ستتم إعادة توجيهك تلقائيا خلال ثوان معدودة.</p>",
        "لحظة من فضلك",
    ),
    "forbidden": page(
        "<h1>403 Forbidden</h1><p>You don't have permission to access this resource.</p><hr><address>nginx</address>",
        "403 Forbidden",
        lang="en",
    ),
    "denied": page(
        '<h1>Access Denied</h1><p>You don\'t have permission to access "http://news.example/a/1" on this server.</p><p>Reference #18.2f</p>',
        "Access Denied",
        lang="en",
    ),
    "country": page(
        "<h1>عذرا</h1><p>هذا المحتوى غير متاح في بلدك لأسباب تتعلق بحقوق البث. يمكنك العودة إلى الصفحة الرئيسية وتصفح بقية الأخبار.</p>",
        "غير متاح",
    ),
    "English country": page(
        "<h1>451: Unavailable due to legal reasons</h1><p>We recognize you are attempting to access this website from a country belonging to the European Economic Area and therefore access cannot be granted at this time.</p>",
        "Unavailable",
        lang="en",
    ),
    "consent": page(
        "<div class='consent'><h2>نحن نهتم بخصوصيتك</h2><p>نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لتخزين المعلومات والوصول إليها على جهازك، ولتقديم إعلانات ومحتوى مخصصين وقياس الأداء. بالنقر على موافق فإنك تقبل هذه المعالجة.</p><button>موافق</button><button>إدارة الخيارات</button></div>",
        "الموافقة",
    ),
    "English consent": page(
        "<h1>Before you continue</h1><p>We and our partners store and/or access information on a device, such as cookies and process personal data, such as unique identifiers and standard information sent by a device for personalised ads and content.</p><button>Accept all</button>",
        "Before you continue to the site",
        lang="en",
    ),
    "paywall": page(
        f"{NAV}<h1>{STORIES[0].title}</h1><div class='paywall'><p>هذا المحتوى متاح للمشتركين فقط. اشترك الآن للحصول على وصول غير محدود إلى جميع المقالات.</p><a href=/subscribe>اشترك</a></div>{FOOTER}",
        STORIES[0].title,
    ),
    "English paywall": page(
        "<h1>Ministers meet in the capital</h1><p>To continue reading this article, subscribe today. Already a subscriber? Log in to continue.</p>",
        "Ministers meet",
        lang="en",
    ),
    "not found": page(
        f"{NAV}<h1>404</h1><p>عذرا، الصفحة التي تبحث عنها غير موجودة. ربما تم نقلها أو حذفها، أو أن الرابط الذي اتبعته غير صحيح.</p>{FOOTER}",
        "الصفحة غير موجودة",
    ),
    "not found with latest news": page(
        f"{NAV}<h1>عفوا! لم نتمكن من العثور على هذه الصفحة</h1><p>يبدو أن الرابط الذي اتبعته قديم أو أن الخبر حذف من الموقع. يمكنك استخدام البحث أو تصفح آخر الأخبار أدناه.</p>{grid(0, 6, teasers=True)}{FOOTER}",
        "الصفحة غير موجودة - صحيفة المرفأ",
    ),
    "English not found": page(
        "<h1>Oops! That page can’t be found.</h1><p>It looks like nothing was found at this location. Maybe try one of the links below or a search?</p><form><input></form>",
        "Page not found – The Harbor",
        lang="en",
    ),
    "deleted": page(
        f"{NAV}<div class='message'>هذا الخبر محذوف أو غير متوفر حاليا، نعتذر عن الإزعاج ويمكنك متابعة بقية الأخبار من القائمة الرئيسية.</div>{FOOTER}",
        "خطأ",
    ),
    "login": page(
        "<h1>تسجيل الدخول</h1><form><label>اسم المستخدم أو البريد الإلكتروني</label><input><label>كلمة المرور</label><input type=password><button>دخول</button><a href=#>هل نسيت كلمة المرور؟</a><p>ليس لديك حساب؟ <a href=#>أنشئ حسابا جديدا</a> للاستفادة من خدمات الموقع ومتابعة الكتاب الذين تفضلهم والتعليق على المقالات.</p></form>",
        "تسجيل الدخول",
    ),
    "English login": page(
        "<h1>Sign in</h1><p>Please sign in to your account to continue. If you do not have an account yet you can create one in less than a minute and follow the topics that you care about.</p><form><input><input type=password></form>",
        "Log in",
        lang="en",
    ),
    "shell": page(SHELL, "صحيفة المرفأ"),
    "shell that says so": page(
        f"<noscript>You need to enable JavaScript to run this app.</noscript>{SHELL}",
        "صحيفة المرفأ",
    ),
    "shell with navigation": page(
        f"{NAV}{SHELL}<div class='loading'>جار التحميل...</div>{FOOTER}", "صحيفة المرفأ"
    ),
    "shell with the state of a section": page(
        f"{SHELL}<script id=__NEXT_DATA__ type=application/json>{json.dumps({'props': {'title': 'اقتصاد', 'content': [{'title': h, 'text': t} for h, t in zip(HEADLINES, TEASERS, strict=True)]}}, ensure_ascii=False)}</script>",
        "اقتصاد - صحيفة المرفأ",
    ),
    "parked": page(
        "<h1>news.example</h1><p>This domain is for sale. Interested in this domain? Contact the owner to make an offer today.</p><a href=#>Buy this domain</a><a href=#>Related searches</a><a href=#>News</a><a href=#>Arabic News</a>",
        "news.example is for sale",
        lang="en",
    ),
    "parked by a registrar": page(
        "<p>This domain has been registered and parked free, courtesy of the registrar. The owner has not yet published a website. Please come back at a later time to see the new content.</p>",
        "news.example",
        lang="en",
    ),
    "suspended": page(
        "<h1>Account Suspended</h1><p>This account has been suspended. Contact your hosting provider for more information.</p>",
        "Account Suspended",
        lang="en",
    ),
    "Arabic suspended": page(
        "<h1>تم إيقاف هذا الموقع مؤقتا</h1><p>تم تعليق حساب الاستضافة الخاص بهذا الموقع، يرجى من صاحب الموقع التواصل مع الدعم الفني لمزودي الخدمة.</p>",
        "الحساب موقوف",
    ),
    "default server page": page(
        "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p><p>For online documentation and support please refer to nginx.org.</p>",
        "Welcome to nginx!",
        lang="en",
    ),
    "maintenance": page(
        "<h1>الموقع قيد الصيانة</h1><p>نقوم حاليا بأعمال صيانة وتطوير لتقديم خدمة أفضل، وسنعود إليكم خلال ساعات قليلة. شكرا لصبركم وتفهمكم.</p>",
        "صيانة",
    ),
    "server error": page(
        "<h1>500 Internal Server Error</h1><p>The server encountered an internal error or misconfiguration and was unable to complete your request.</p>",
        "500 Internal Server Error",
        lang="en",
    ),
    "database error": page(
        "<h1>Error establishing a database connection</h1>", "Database Error", lang="en"
    ),
    "WordPress error": page(
        "<div class='wp-die-message'><p>حدث خطأ فادح في هذا الموقع. يرجى التحقق من البريد الإلكتروني الخاص بمدير الموقع لمعرفة التعليمات.</p></div>",
        "ووردبريس › خطأ",
    ),
    "rate limit": page(
        "<h1>Too Many Requests</h1><p>You have sent too many requests in a given amount of time. Please slow down and try again later.</p>",
        "429 Too Many Requests",
        lang="en",
    ),
    "redirect": page(
        "<p>جار تحويلك إلى الصفحة المطلوبة، إذا لم يتم تحويلك تلقائيا خلال خمس ثوان <a href=/x>اضغط هنا</a>.</p>",
        "تحويل",
        '<meta http-equiv="refresh" content="5;url=/x">',
    ),
    "empty": page("", ""),
}
REFUSED = {**LISTINGS, **BLOCKS}
