"""Slack's blocks as a page that looks as Slack shows them: our own reading of its format."""

from __future__ import annotations

import html
import re
from typing import Any

_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
body{margin:0;padding:12px 16px;background:#fff;color:#1d1c1d;font:15px/1.5 'Noto Sans Arabic',sans-serif;overflow-wrap:anywhere}
h1{font-size:18px;line-height:1.4;margin:4px 0} p{margin:8px 0;unicode-bidi:plaintext} small{color:#616061;font-size:12.5px}
a{color:#1264a3;text-decoration:none} hr{border:0;border-top:1px solid #ddd}
.line{unicode-bidi:plaintext;display:block;text-align:start} .quote{border-inline-start:4px solid #ddd;padding-inline-start:8px}
</style></head><body>%s</body></html>"""
_LINK = re.compile(r"&lt;(https?://[^|&]*(?:&amp;amp;[^|&]*)*)\|(.*?)&gt;")


def slack_page(payload: dict[str, Any]) -> str:
    """Give the page."""
    return _PAGE % "\n".join(map(_block, payload["blocks"]))


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"<h1 class=line>{html.escape(html.unescape(block['text']['text']))}</h1>"
        case "divider":
            return "<hr>"
        case "context":
            return "".join(f"<p><small>{_marked(e['text'])}</small></p>" for e in block["elements"])
        case _:
            return f"<p>{_marked(block['text']['text'])}</p>"


def _marked(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        is_quote = line.startswith("> ")
        lines.append(
            f'<span class="line{" quote" * is_quote}">{_inline(line[2 * is_quote :])}</span>'
        )
    return "".join(lines)


def _inline(line: str) -> str:
    """Turn Slack's own marks into tags; what it would unescape is text."""
    safe = html.escape(line, quote=False)
    safe = _LINK.sub(r'<a href="\1">\2</a>', safe)
    safe = re.sub(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)", r"<b>\1</b>", safe)
    safe = re.sub(r"(?<!\w)~(\S(?:[^~\n]*\S)?)~(?!\w)", r"<s>\1</s>", safe)
    safe = re.sub(r"(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)", r"<i>\1</i>", safe)
    return (
        safe.replace("&amp;lt;", "&lt;").replace("&amp;gt;", "&gt;").replace("&amp;amp;", "&amp;")
    )
