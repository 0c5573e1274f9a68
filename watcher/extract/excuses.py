"""What servers show instead of an article, told by the words of it. Pure."""

from __future__ import annotations

import re

from watcher.arabic import fold


def excuse_in(text: str) -> str:
    """Give what a short page says in the article's place, in words for people; empty if nothing."""
    folded = fold(" ".join(text.split()))
    return next((why for pattern, why in _EXCUSES if pattern.search(folded)), "")


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
            are you (?:a )?(?:robot|human)|not a robot
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
        "the page says that it does not exist": """
            404 not found|page not found|خطأ 404
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
        "the server reports an error": """
            502 bad gateway|503 service|504 gateway|internal server error|under maintenance
            (?:الموقع|موقعنا) (?:\\w+ )?(?:تحت|قيد) الصيانة|خطأ في الخادم
            """,
        "the page is behind a paywall": """
            subscribe to (?:read|continue)|(?:log|sign) in to (?:read|continue)
            للمشتركين فقط|المحتوى (?:\\w+ )?(?:متاح|حصري) للمشتركين
            """,
    }.items()
)

EXCUSES = frozenset(why for _, why in _EXCUSES)
"""Every reason that `excuse_in` gives: the server withholds the page."""
