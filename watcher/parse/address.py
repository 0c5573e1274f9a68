"""Canonical addresses: one spelling for all the ways in which one article is linked.

The canonical address identifies an article. What is fetched and shown is the link as given, because
a site may well serve its mobile twin and refuse the folded name.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    unquote_to_bytes,
    urljoin,
    urlsplit,
    urlunsplit,
)

_PORTS: Final = {"http": 80, "https": 443}

_TRACKING_PREFIXES: Final = (
    "utm_",
    "mtm_",
    "pk_",
    "piwik_",
    "at_",
    "ns_",
    "hsa_",
    "_hs",
    "oly_",
    "vero_",
)
_TRACKING: Final = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igsh igshid
    mc_cid mc_eid mkt_tok ref_src ref_url cmpid cmp ito ocid xtor wt_mc wtmc wt.mc_id sc_cid s_cid
    smid ncid cid_source traffic_source rss_id partner_source maca taid guccounter guce_referrer
    guce_referrer_sig phpsessid jsessionid spm scm share_id sharer fb_action_ids fb_action_types
    fb_source fb_ref feature_ref amp_js_v amp_gsa usqp aoh csi
    """
_TRACKING_KEYS: Final = frozenset(_TRACKING.split())
# These names carry content on some sites: only values that name a channel are dropped.
_CHANNEL_KEYS: Final = frozenset(
    {"ref", "referrer", "referer", "source", "src", "from", "via", "partner", "origin", "medium"}
)
_CHANNELS: Final = """
    rss feed feeds atom rss_feed rssfeed facebook fb twitter tw x whatsapp telegram instagram
    linkedin email mail newsletter push social share sharing googlenews google_news flipboard nabd
    amp mobile
    """
_CHANNEL_VALUES: Final = frozenset(_CHANNELS.split())
_TWIN_FLAGS: Final = frozenset(
    {
        ("amp", ""),
        ("amp", "1"),
        ("amp", "true"),
        ("outputtype", "amp"),
        ("output", "amp"),
        ("view", "amp"),
    }
    | {
        ("m", "1"),
        ("mobile", "1"),
        ("mobile", "true"),
        ("amp", "amp"),
        ("format", "amp"),
        ("rss", "1"),
    }
)

_MOBILE_LABELS: Final = frozenset({"m", "mobile", "amp", "wap"})
# "m.gov.iq" has no twin "gov.iq": the rest of the name must be more than a registry's own zone.
_REGISTRY_LABELS: Final = frozenset({"co", "com", "gov", "net", "org", "edu", "ac", "mil", "info"})

_LONGEST: Final = 8192  # no server takes more
# White space, and the zero-width and direction marks that pasted addresses bring along.
_EDGES: Final = (
    "".join(
        map(
            chr,
            (*range(0x21), 0x7F, 0x85, 0xA0, 0x61C, *range(0x2000, 0x2010), *range(0x2028, 0x2070)),
        )
    )
    + "\u3000\ufeff"
)
_INSIDE: Final = re.compile(r"[\x00-\x08\t\n\r\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# Letters, digits and -._~ mean the same with and without escaping.
_NEEDLESS_ESCAPE: Final = re.compile(r"%(?:2[DE]|3\d|[46][1-9A-F]|5[\dAF]|7[\dAE])")
_HOST: Final = re.compile(
    r"[a-z0-9_]([a-z0-9_\-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_\-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\]"
)
_AMP_CACHE: Final = re.compile(r"/(?:c|v|i|wp)/(?:s/)?(.+)")
_GOOGLE_HOST: Final = re.compile(r"(?:www\.|news\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_SESSION: Final = re.compile(r";(?:jsessionid|phpsessid)=[^/;?#]*", re.IGNORECASE)


def canonical_url(url: str, base: str = "") -> str:
    """Give the one spelling of `url`, made absolute against `base`; "" when it is no web address.

    Folded: tracking parameters, fragments, default ports, letter case of the host, credentials,
    AMP and mobile twins, wrappers that only redirect (AMP caches, search alerts), and percent
    encoding: raw Arabic and %D8… come out the same. Fragments that are a page's own route (`#!…`,
    `#/…`) are kept. Idempotent; never raises. Parameters keep their order.
    """
    return resolved_url(url, base)[1]


def resolved_url(url: str, base: str = "") -> tuple[str, str]:
    """Give `url` made absolute against `base`, and canonical; each "" when it is no web address."""
    absolute = found = absolute_url(url, base)
    seen: set[str] = set()
    while found and found not in seen:
        seen.add(found)
        found = _unwrapped(found) or _folded(found, base)
    return absolute, found


def absolute_url(url: str, base: str = "") -> str:
    """Give `url` as an absolute http or https address without credentials; "" when it is none."""
    if len(url) > _LONGEST:
        return ""
    text = _INSIDE.sub("", url.strip(_EDGES))
    head, mark, tail = text.partition("?")
    text = head.replace("\\", "/") + mark + tail  # as every browser reads it
    try:
        absolute = _joined(text, base)
        parts = urlsplit(absolute)
        is_web = parts.scheme.lower() in _PORTS and bool(parts.hostname)
    except ValueError:
        return ""
    if not is_web:
        return ""
    # Credentials are secrets, and links are shown to people.
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _joined(text: str, base: str) -> str:
    if not text or _SCHEME.match(text):
        return text
    scheme = "http" if base.lower().startswith("http:") else "https"
    if text.startswith("//"):
        return f"{scheme}:{text}"
    if text.lower().startswith("www."):
        return f"{scheme}://{text}"
    return urljoin(base, text) if base else ""


def _unwrapped(url: str) -> str:
    """Give the address inside a wrapper that only redirects, "" when there is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        inner = _AMP_CACHE.match(parts.path)
        return _rewrapped(inner.group(1), parts) if inner else ""
    if not _GOOGLE_HOST.fullmatch(host):
        return ""
    if parts.path.startswith("/amp/s/"):
        return _rewrapped(parts.path.removeprefix("/amp/s/"), parts)
    if parts.path == "/url":
        query = dict(parse_qsl(parts.query))
        return absolute_url(query.get("url") or query.get("q") or "")
    return ""


def _rewrapped(rest: str, parts: SplitResult) -> str:
    return absolute_url(f"https://{rest}" + (f"?{parts.query}" if parts.query else ""))


def _folded(url: str, base: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or "", base), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    scheme = parts.scheme.lower()
    netloc = host if port is None or port == _PORTS[scheme] else f"{host}:{port}"
    path = _path(parts.path)
    fragment = (
        _encoded(parts.fragment, "/!:@&=+$,;?'()*") if parts.fragment[:1] in {"!", "/"} else ""
    )
    return urlunsplit((scheme, netloc, path, _query(parts.query), fragment))


def _host(name: str, base: str) -> str:
    """Give the host in ASCII and lower case, without a mobile label; "" when it is no host name."""
    host = name.lower().rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    if ":" in host:
        host = f"[{host}]"
    if not _HOST.fullmatch(host):
        return ""
    full = _without_mobile_label(host)
    # Where the source itself lives on www, its mobile twin folds to that, not to the bare name.
    if full != host and (urlsplit(base).hostname or "").lower() == f"www.{full}":
        return f"www.{full}"
    return full


def _without_mobile_label(host: str) -> str:
    labels = host.split(".")
    for place in (0, 1):
        rest = labels[:place] + labels[place + 1 :]
        if len(labels) >= 3 + place and labels[place] in _MOBILE_LABELS and not _is_registry(rest):
            return _without_mobile_label(".".join(rest))
    return host


def _is_registry(labels: list[str]) -> bool:
    return len(labels) == 2 and labels[0] in _REGISTRY_LABELS and len(labels[1]) == 2


def _path(path: str) -> str:
    clean = _without_dots(_encoded(_SESSION.sub("", path), "/:@!$&'()*+,;="))
    while (shorter := _without_amp(clean)) != clean:
        clean = shorter
    return clean or "/"


def _without_amp(path: str) -> str:
    if path.startswith("/amp/") and len(path) > len("/amp/"):
        return path.removeprefix("/amp")
    for ending, instead in (("/amp/", "/"), ("/amp", ""), (".amp.html", ".html"), (".amp", "")):
        if path.endswith(ending) and len(path) > len(ending):
            return path.removesuffix(ending) + instead
    return path


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, section 5.2.4)."""
    out: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in {".", ".."}:
        out.append("")
    joined = "/".join(out)
    return joined if joined.startswith("/") else f"/{joined}"


def _query(query: str) -> str:
    pairs = (pair for pair in query.split("&") if pair and not _is_tracking(pair))
    return "&".join(_encoded(pair, "/:@!$'()*+,;=?") for pair in pairs)


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    key, lowered = _plain(name).lower(), _plain(value).lower()
    if key in _TRACKING_KEYS or key.startswith(_TRACKING_PREFIXES) or (key, lowered) in _TWIN_FLAGS:
        return True
    return key in _CHANNEL_KEYS and lowered in _CHANNEL_VALUES


def _plain(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


def _encoded(text: str, safe: str) -> str:
    """Encode what must be and decode what need not be; digits upper-case (RFC 3986, 6.2.2)."""
    quoted = _ESCAPES.sub(_upper, quote(_PERCENT.sub("%25", text), safe=safe + "%~"))
    return _NEEDLESS_ESCAPE.sub(_character, quoted)


def _upper(found: re.Match[str]) -> str:
    return found.group().upper()


def _character(found: re.Match[str]) -> str:
    return chr(int(found.group()[1:], 16))
