"""One invented event in twelve versions over six outlets, and what is to be told of it.

Nothing here happened. Two agencies report it, outlets copy and cut them, one writes its own text; a
figure grows, a passage is corrected, a ministry denies, a page is deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from watcher.model import Source

DAY = datetime(2026, 5, 4, tzinfo=UTC)
RULE = """
topic: أمن
rules:
  - id: blast
    title: انفجار في قاعدة تل الورد
    severity: high
    match:
      all:
        - near: {within: 8, of: [انفجار, {any: [قاعدة, معسكر]}]}
        - تل الورد
"""
WIRE = "https://wire.example"


def at(clock: str) -> datetime:
    """Give an instant of the day."""
    hours, minutes, seconds = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds)


OUTLETS = (
    Source("nahr", "صحيفة النهر", "https://nahr.example/rss", group="nahr", pages="never"),
    Source("nahr-local", "النهر المحلي", "https://local.nahr.example/rss", group="nahr", pages="never"),
    Source("wadi", "صحيفة الوادي", "https://wadi.example/rss", pages="always"),
    Source("mina", "موقع الميناء", "https://mina.example/rss", pages="never"),
    Source("sahil", "الساحل نيوز", "https://sahil.example/rss", pages="never"),
    Source("jabal", "صحيفة الجبل", "https://jabal.example/rss", pages="never"),
    Source("difaf", "شبكة ضفاف", "https://difaf.example/rss", pages="never"),
)  # fmt: skip
"""Seven sources of six owners."""

_REUTERS_TITLE = "مقتل ثلاثة جنود في انفجار بقاعدة تل الورد قرب مدينة الرمال"
_REUTERS = (
    "قال مصدر عسكري اليوم الاثنين إن ثلاثة جنود قتلوا في انفجار هز قاعدة تل الورد على مشارف مدينة الرمال فجرا.",
    "وأضاف المصدر أن الانفجار وقع في مستودع للذخيرة قرب مدرج الطائرات، وأن ألسنة اللهب شوهدت من الأحياء الجنوبية للمدينة.",
    "وتضم القاعدة التي أنشئت قبل عشرين عاما سربا من طائرات النقل ومركزا لتدريب أطقم الدفاع الجوي.",
    "وأغلقت الشرطة الطريق السريع بين الرمال وميناء السدرة، فيما حلقت مروحيات الإسعاف فوق الموقع.",
    "وقال ساكن في حي الفردوس اسمه جابر الحلبي إن زجاج منزله تحطم وإن دوي الانفجار سمع على بعد عشرة كيلومترات.",
)
_REUTERS_LATER = (
    "قال مصدر عسكري اليوم الاثنين إن سبعة جنود قتلوا وأصيب اثنا عشر في انفجار هز قاعدة تل الورد على مشارف مدينة الرمال فجرا.",
    *_REUTERS[1:],
)
_ANADOLU_TITLE = "ثلاثة جنود قتلى في انفجار هز قاعدة تل الورد قرب مدينة الرمال"
_ANADOLU = (
    "قتل ثلاثة جنود في انفجار هز فجر اليوم الاثنين قاعدة تل الورد قرب مدينة الرمال، وقال متحدث عسكري إن مستودع الذخيرة لم يعد خطرا.",
    "وذكر العقيد سامر الزيدي أن الانفجار وقع قرب مدرج الطائرات وأن فرق الإطفاء سيطرت على ألسنة اللهب بعد ساعتين، فيما باشرت لجنة فنية التحقيق.",
    "وأوضح البيان أن حركة الطيران في مطار الرمال المدني لم تتأثر، ودعا السكان إلى الابتعاد عن محيط القاعدة.",
    "وشوهدت سيارات إسعاف تنقل جرحى إلى مستشفى الرمال العام الذي استدعى أطباءه المناوبين.",
)
_SAHIL = (
    "هز انفجار عنيف قاعدة تل الورد قرب مدينة الرمال فجر الاثنين وأدى إلى مقتل ثلاثة جنود، بحسب ما نقلت وكالة رويترز عن مصدر عسكري.",
    "والانفجار هو الأول من نوعه في القاعدة الجوية منذ افتتاحها، واندلع بعده حريق كبير في مستودع الذخيرة القريب من المدرج.",
    "وتوقفت حركة السير على الطريق السريع المؤدي إلى ميناء السدرة.",
)
_JABAL_DENIAL = (
    "نفت وزارة الدفاع ما ذكره مصدر عسكري اليوم الاثنين عن انفجار هز قاعدة تل الورد على مشارف مدينة الرمال فجرا ومقتل جنود فيها.",
    "وجاء في بيان الوزارة أن الدوي الذي سمع في مدينة الرمال مصدره تدريب بالذخيرة الحية قرب القاعدة، وأن الجنود جميعا بخير.",
)


@dataclass(frozen=True, slots=True)
class Version:
    """What an outlet publishes, and when its source lists it."""

    number: int
    clock: str
    outlet: str
    path: str
    title: str
    paragraphs: tuple[str, ...]
    credit: str = ""
    told: tuple[str, ...] = ()
    """Kinds of what the desk hears at this second."""
    is_rewrite: bool = False
    """Not a copy of any text before it."""
    change: Literal["", "revised", "deleted"] = ""

    @property
    def url(self) -> str:
        return f"https://{self.outlet}.example/{self.path}"

    @property
    def html(self) -> str:
        credit = f"{self.credit} - " if self.credit else ""
        return f"<p>{credit}{'</p><p>'.join(self.paragraphs)}</p>"


REUTERS, ANADOLU = "الرمال (رويترز)", "الرمال (الأناضول)"
EVENT = (
    Version(1, "08:00:00", "nahr", "1", _REUTERS_TITLE, _REUTERS, REUTERS, ("first",)),
    Version(2, "08:03:20", "wadi", "2", _REUTERS_TITLE, _REUTERS, REUTERS),
    Version(3, "08:07:45", "mina", "3", "انفجار في قاعدة تل الورد يودي بحياة ثلاثة جنود", _REUTERS[:3], REUTERS),
    Version(4, "08:15:10", "sahil", "4", "انفجار عنيف يهز قاعدة تل الورد قرب الرمال", _SAHIL, is_rewrite=True),
    Version(5, "08:31:00", "nahr-local", "5", _REUTERS_TITLE, _REUTERS, REUTERS),
    Version(6, "08:52:30", "jabal", "6", _ANADOLU_TITLE, _ANADOLU, ANADOLU, ("confirmed",), is_rewrite=True),
    Version(7, "09:05:00", "difaf", "7", _ANADOLU_TITLE, _ANADOLU, ANADOLU),
    Version(8, "09:40:15", "wadi", "8", "ارتفاع قتلى انفجار قاعدة تل الورد إلى سبعة", _REUTERS_LATER, REUTERS, ("figures",)),
    Version(9, "09:48:00", "mina", "9", _ANADOLU_TITLE, _ANADOLU[:3], ANADOLU),
    Version(10, "10:30:00", "jabal", "10", "الدفاع تنفي وقوع انفجار في قاعدة تل الورد على مشارف الرمال", _JABAL_DENIAL, told=("denied",), is_rewrite=True),
    Version(11, "12:10:00", "nahr", "1", _REUTERS_TITLE.replace("قاعدة", "معسكر"), tuple(one.replace("انفجار هز قاعدة", "انفجار هز معسكر") for one in _REUTERS), REUTERS, ("corrected",), change="revised"),
    Version(12, "13:20:00", "wadi", "8", "ارتفاع قتلى انفجار قاعدة تل الورد إلى سبعة", (), told=("deleted",), change="deleted"),
)  # fmt: skip
CLOSES = at("12:10:00") + timedelta(hours=24)
"""A day after the story last grew or was revised."""
