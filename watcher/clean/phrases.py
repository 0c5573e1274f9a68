"""Phrases that open a line of page furniture, one alternative a line, written as regexes. Pure.

They are matched against folded text: the Arabic words here are folded as the text is.
"""

from __future__ import annotations

import re

from watcher.arabic import fold


def folded(pattern: str) -> str:
    """Fold the Arabic words of a pattern and leave its syntax alone."""
    return re.sub(r"[\u0620-\u064a]{2,}", lambda word: fold(word[0]), pattern)


def any_of(block: str) -> str:
    """Make one group of the alternatives in a block; a space stands for any white space."""
    lines = [line.strip().replace(" ", r"\s+") for line in block.strip().splitlines()]
    return f"(?:{folded('|'.join(lines))})"


def opening(block: str) -> re.Pattern[str]:
    """Match any alternative of a block at the front of a folded line, as whole words."""
    return re.compile(rf"^[\W_]*{any_of(block)}(?!\w)")


READ_ALSO = opening(
    """
    (?:اقرا|اقراي|اقرؤوا|اقراوا) (?:أيضا|المزيد|كذلك|أكثر)
    (?:شاهد|شاهدوا|طالع|طالعوا|انظر|تابع|تصفح|استمع) (?:أيضا|المزيد|كذلك|بالفيديو|بالصور)
    (?:قد|ربما) (?:يهمك|يعجبك|تهمك|تعجبك|يهمكم)
    """
)
"""In front of a link to another story."""

OTHER_STORIES = opening(
    r"""
    (?:ال)?(?:مواضيع|موضوعات|أخبار|مقالات|مواد|قصص|تقارير|محتوى) ذات(?: ال)? ?صلة
    (?:ال)?(?:مواضيع|موضوعات|أخبار|مقالات|مواد|قصص|تقارير) (?:ال)?(?:متعلقة|مشابهة|مقترحة|مرتبطة)
    (?:مواضيع|موضوعات|أخبار|مقالات|قصص|تقارير) (?:أخرى|مختارة)
    (?:الأكثر|الأعلى) (?:قراءة|مشاهدة|تداولا|شيوعا|تفاعلا|تعليقا|زيارة)
    ذات(?: ال)? ?صلة
    (?:ال|لل)مزيد (?:من|حول|عن|في) (?:ال)?(?:أخبار|مقالات|مواضيع|موضوعات|هذا|قسم|كاتب)
    (?:الخبر|المقال|الموضوع) (?:السابق|التالي)
    (?:السابق|التالي|previous|next)(?=\W*(?:السابق|التالي|previous|next)?\W*$)
    (?:مرتبط|معجب بهذه)(?=\W*$)
    (?:متابعة|أكمل|تابع|مواصلة) القراءة|قراءة المزيد|continue reading
    read more|read also|related|see also|more stories
    """
)
"""Over links to other stories: alone or with a separator behind it."""

TO_READERS = opening(
    """
    تابع|تابعوا|تابعنا|تابعونا|انضم|انضموا|اشترك|اشتركوا|حمل|حملوا|سجل|سجلوا
    شارك|شاركوا|شاركنا|اضغط|انقر|للمزيد|للاشتراك|للمتابعة|لمتابعة|لمتابعتنا|للانضمام|يمكنكم|يمكنك
    follow|subscribe|join|download|share|click
    """
)
"""An imperative to the reader."""

CHANNEL = re.compile(
    r"(?<!\w)[وفبلك]*(?:ال)?"
    + any_of(
        """
        قناتنا|نشرتنا|نشرة|تطبيقنا|تطبيق|حسابنا|حساباتنا|صفحتنا|مجموعتنا|موقعنا|بريدك|بريدكم
        تلغرام|تليغرام|تليجرام|تيليجرام|واتساب|فيسبوك|تويتر|انستغرام|انستجرام|يوتيوب
        رأيك|رأيكم|هنا|google|news|telegram|whatsapp|twitter|facebook|newsletter|app|here
        """
    )
    + r"(?!\w)"
)
"""Where such an imperative leads."""

COMMENTS = opening(
    r"""
    لا (?:توجد|يوجد) تعليقات
    كن أول من
    لن يتم نشر (?:عنوان )?بريدك
    الحقول (?:الإلزامية|المطلوبة)
    (?:تنويه|ملاحظة)?\W*(?:التعليقات|الآراء) (?:\w+ ){0,4}(?:لا )?(?:تعبر|تمثل)
    (?:المقال|المقالات|الرد) (?:\w+ ){0,4}(?:لا )?(?:تعبر|يعبر|تمثل|يمثل)
    احفظ اسمي
    البريد الإلكتروني \*
    leave a (?:reply|comment)
    no comments
    add a comment
    """
)
FEED_FOOTER = opening(
    r"""
    the post .{3,200} appeared first on
    (?:ظهرت|ظهر) (?:المقالة|المقال|الخبر|التدوينة|الموضوع) .{3,200} أولا (?:على|في)
    """
)
"""What content systems write below every item of their feeds."""

RIGHTS = opening(
    r"""
    (?:جميع |كافة |كل )?(?:ال)?حقوق (?:النشر |الطبع |الملكية )?(?:و\w+ )?محفوظة
    حقوق النشر|copyright|all rights
    شروط (?:الاستخدام|الاستعمال)
    سياسة الخصوصية
    (?:هذا الموقع|نحن|موقعنا) (?:يستخدم|نستخدم) ملفات
    يستخدم (?:هذا )?الموقع ملفات
    ملفات (?:تعريف )?الارتباط
    """
)
TAGS = opening(
    """
    (?:ال)?وسوم|هاشتاغ|هاشتاج|علامات|التصنيف|التصنيفات|مصنف تحت|tags?|keywords?
    (?:ال)?كلمات (?:ال)?(?:مفتاحية|دلالية)
    """
)
BACK = opening(
    """
    (?:العودة|عودة|عد|الرجوع|رجوع|ارجع|اذهب|الذهاب|انتقل) (?:إلى ?|لل?)(?:ال)?(?:أعلى|مدونة|رئيسية)
    (?:العودة|عودة|عد|الرجوع|رجوع|ارجع|اذهب|الذهاب|انتقل) (?:إلى ?|لل?)(?:ال)?(?:قائمة|صفحة|قسم)
    (?:العودة|عودة|عد|الرجوع|رجوع|ارجع) (?:إلى ?|لل?)(?:ال)?(?:موقع|بداية|أخبار|مقالات|فهرس|محتوى)
    back to top|skip to
    """
)
MORE_OF = opening("(?:ال|لل)مزيد (?:من|حول|عن|في)")
"""In front of the name of a section, below a text."""

END_MARK = opening("انتهى|انتهت")
SOURCE = opening("(?:ال)?(?:مصدر|مصادر)|نقلا عن|source|via")
ADVERTISEMENT = opening(
    """
    (?:ال)?إعلانات|(?:ال)?إعلان|advertisement|sponsored|محتوى (?:ممول|إعلاني|دعائي)
    (?:مادة|مساحة|فقرة|فاصل) (?:إعلانية|إعلاني)
    """
)
BYLINE = re.compile(
    r"^\W*"
    + any_of(
        r"""
        (?:كتب |كتبت |نشر |تم النشر )?بواسطة\s*:?\s
        (?:كتب|كتبت|كتبه|بقلم|by)(?:\s*[:/\-\u2013]|\s)
        (?:إعداد|تحرير|ترجمة|تقرير|حوار|حاوره|حاورها|الكاتب|المحرر|مراسل|المراسل|تحقيق)\s*[:/\-\u2013]
        """
    )
    + r"\s*(?P<name>\D{3,45})$"
)
PICTURE = opening(
    r"""
    (?:ال)?صورة (?:أرشيفية|تعبيرية|متداولة|نشرها|نشرتها|التقطت|تظهر|من|ل\w+)
    (?:ال)?صورة?\s*:
    في الصورة
    (?:ال)?تعليق (?:على )?الصورة
    مصدر الصورة|صدر الصورة|تصوير|جانب من
    لقطة (?:من|شاشة|أرشيفية)
    مشهد (?:عام )?(?:من|ل\w+)
    photo|image|getty|reuters|afp
    """
)
"""What points at a picture."""

DEICTIC = re.compile(
    any_of(
        r"""
        [(\[]\s*(?:على |إلى |من )?(?:ال)?(?:يمين|يسار|وسط)\s*[)\]]
        (?<!\w)يتوسط(?!\w)
        (?<!\w)(?:من|إلى) (?:ال)?(?:يمين|يسار)(?!\w)
        """
    )
)
"""Words that only make sense beside a picture."""
