"""Closed classes of Arabic words, folded. The one place for lists of words."""

from __future__ import annotations

from watcher.arabic.letters import fold

_FUNCTION_WORDS = """
من في على إلى عن مع أن إن أنّ إنّ أو أم لا لم لن ما ماذا هل قد لقد كما كان كانت كانوا يكون تكون
هذا هذه ذلك تلك هؤلاء أولئك هنا هناك الذي التي الذين اللذين اللتين اللواتي ثم حتى إذا إذ لو لولا
بعد قبل بين عند لدى منذ خلال حول دون غير سوى كل بعض أي أية أيضا فقط حيث بل لكن ليس ليست هو هي هم
هما نحن أنا أنت به بها بهم له لها لهم لهما فيه فيها فيهم منه منها منهم عليه عليها عليهم إليه إليها
إليهم عنه عنها عنهم معه معها معهم أنه أنها أنهم إنه إنها إنهم لأن لأنه لأنها بأن بأنه بأنها كأن وأن
وإن ولا وما ومن وفي وعلى وإلى وعن ومع فإن ضد نحو كي لكي مثل بينما عندما كلما مما عما فيما ممن إلا
أما إما ذات ذو وهو وهي وكان وكانت وقد ولم ولن كذلك لذلك بذلك وذلك هكذا حين لما
the a an of in on at to and or for from with by is are was were be as that this it
"""

FUNCTION_WORDS = frozenset(fold(word) for word in _FUNCTION_WORDS.split())
