"""What servers show instead of an article, told by the words of it. Pure."""

from __future__ import annotations

import re

from watcher.arabic import fold

PAYWALL = "the page is behind a paywall"


def excuse_in(text: str) -> str:
    """Give what a short page says in the article's place, in words for people; empty if nothing."""
    folded = fold(" ".join(text.split()))
    return next((why for pattern, why in _EXCUSES if pattern.search(folded)), "")


def asks_for_payment(text: str) -> bool:
    """Tell whether a page says that the rest of its text must be paid for."""
    return any(
        why == PAYWALL and pattern.search(fold(" ".join(text.split()))) for pattern, why in _EXCUSES
    )


def _any_of(block: str) -> re.Pattern[str]:
    """Match any line of a block; its Arabic words are folded as the text is."""
    choice = "|".join(line.strip() for line in block.strip().splitlines())
    return re.compile(re.sub(r"[\u0620-\u064a]{2,}", lambda word: fold(word[0]), choice))


_EXCUSES = tuple(
    (_any_of(block), why)
    for why, block in {
        "the server asks for a captcha instead of giving the page": """
            captcha
            verify(?:ing)? (?:that )?you are (?:a )?human
            are you (?:a )?(?:robot|human)|not a robot|you are a human|unusual traffic
            لست (?:برنامج )?(?:روبوت|آلي)|(?:التحقق|تأكد|نتأكد) من (?:أنك|أنك لست)
            """,
        "the server checks the browser before it gives the page": """
            just a moment|checking your browser|attention required|ddos protection|cf-chl
            (?:التحقق|نتحقق|التأكد) من (?:ال)?متصفحك?
            """,
        "the server refuses the page": """
            access denied|403 forbidden|request blocked|you have been blocked
            تم حظر (?:الوصول|عنوان|وصولك)|تم رفض (?:الوصول|الدخول)|الوصول مرفوض|غير مصرح لك
            """,
        "the server asks to come back later": """
            too many requests|rate limit exceeded|try again later|عدد كبير من الطلبات
            """,
        "the page is not shown in this country": """
            unavailable (?:due to|for) legal|not available in your (?:country|region)
            access (?:from|in) (?:a|your) country|from a country belonging to
            غير (?:متاح|متوفر|متاحة|متوفرة) في (?:بلدك|دولتك|منطقتك)
            """,
        "the page says that it does not exist": """
            404 not found|page not found|خطأ 404|page can.?t be found|nothing was found at this
            (?:العثور على|إيجاد) (?:ال|هذه |هذا )(?:صفحة|رابط|محتوى|عنوان|خبر|مقال)
            (?:ال|هذا )?(?:خبر|مقال|محتوى|رابط) (?:محذوف|غير متوفر|غير موجود|لم يعد متاحا)
            (?:ال)?صفحة (?:التي )?(?:\\w+ ){0,3}غير (?:موجودة|متوفرة|متاحة)
            """,
        "the page needs JavaScript to show its text": """
            (?:enable|requires|turn on|without) javascript|javascript is (?:disabled|required)
            (?:تفعيل|تمكين|تشغيل) (?:ال)?(?:جافا|javascript)
            """,
        "the page asks for consent and shows nothing else": """
            we value your privacy|accept (?:all )?cookies|cookie consent|before you continue to
            ملفات تعريف الارتباط|نحترم خصوصيتك|الموافقة على (?:ملفات|استخدام)
            """,
        "the search found nothing": """
            (?:العثور على|لا توجد|لا يوجد) (?:أي |أية )?نتائج
            no results (?:were )?found|nothing found
            """,
        "the page asks for a login": """
            (?:sign|log) in to your account|forgot(?:ten)? (?:your |my )?password
            نسيت كلمة (?:المرور|السر)|(?:يرجى|يجب|عليك) تسجيل الدخول
            """,
        "the page only leads on to another": """
            (?:جار|يتم|سيتم|ستتم) (?:إعادة )?(?:تحويلك|توجيهك)|you are being redirected
            """,
        "nobody runs a site at this address": """
            domain (?:name )?(?:is|may be) for sale|buy this domain
            domain (?:has been|is) (?:registered|parked)
            account (?:has been )?suspended|النطاق معروض للبيع
            (?:تعليق|إيقاف) (?:حساب|هذا الموقع|هذا الحساب)
            welcome to nginx|(?:apache2?|iis) .{0,30}default page
            web server is successfully installed
            """,
        "the server reports an error": """
            502 bad gateway|503 service|504 gateway|internal server error|under maintenance
            (?:الموقع|موقعنا) (?:\\w+ )?(?:تحت|قيد) الصيانة|خطأ في الخادم
            establishing a database connection|حدث خطأ (?:فادح|غير متوقع|ما)
            """,
        PAYWALL: """
            subscribe to (?:read|continue)|(?:log|sign) in to (?:read|continue)
            continue reading this article,? subscribe|already a subscriber|subscribers only
            للمشتركين فقط|(?:ل|من أجل )?(?:متابعة|إكمال|استكمال) القراءة (?:\\w+ ){0,2}(?:اشترك|سجل)
            المحتوى (?:\\w+ )?(?:متاح|حصري) للمشتركين
            """,
    }.items()
)

EXCUSES = frozenset(why for _, why in _EXCUSES)
"""Every reason that `excuse_in` gives: the server withholds the page."""
