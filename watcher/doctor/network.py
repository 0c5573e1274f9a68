"""The way out: names, proxies, certificates, and the clock as others see it."""

from __future__ import annotations

import asyncio
import os
import ssl
import statistics
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher.doctor.finding import bad, good, unknown, warn
from watcher.doctor.reaching import Unreachable, addresses_of, reach
from watcher.doctor.targets import judged
from watcher.fetch import Fetcher
from watcher.model import Fetched
from watcher.notify.reach import Door
from watcher.notify.threads import in_thread

if TYPE_CHECKING:
    from watcher.doctor.finding import Finding, Given

MOST_NAMES: Final = 20
MOST_ASKED: Final = 5
LOOKUP_S: Final = 6.0
SLOW_S: Final = 2.0
OFF: Final = timedelta(seconds=60)
WRONG: Final = timedelta(minutes=10)
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")


async def clock(given: Given) -> list[Finding]:
    """Compare the clock with those of some sources."""
    urls = list(_hosts(given).values())[:MOST_ASKED]
    if not urls:
        return [unknown("clock", "there is no source to compare it with")]
    async with Fetcher(given.config.fetch, lookup=addresses_of) as fetcher:
        found = await asyncio.gather(*(_ahead(fetcher, url, given) for url in urls))
    ahead = [seconds for seconds in found if seconds is not None]
    if not ahead:
        what = f"none of {len(urls)} sources told the time"
        return [unknown("clock", what, "See the checks of names and of the proxy.")]
    off_s = statistics.median(ahead)
    told = f"{abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} {len(ahead)} sources"
    if abs(off_s) >= WRONG.total_seconds():
        return [bad("clock", told, "Set it: `timedatectl set-ntp true`. Ages of news are wrong.")]
    if abs(off_s) >= OFF.total_seconds():
        return [warn("clock", told, "Have it set by NTP: `timedatectl set-ntp true`.")]
    return [good("clock", f"within a minute of {len(ahead)} sources")]


async def _ahead(fetcher: Fetcher, url: str, given: Given) -> float | None:
    """Say by how many seconds our clock is ahead of a server's; None where it says nothing."""
    answer = await fetcher.fetch(url, ignore_robots="its time is asked for, nothing else")
    if not isinstance(answer, Fetched) or not answer.date:
        return None
    try:
        told = parsedate_to_datetime(answer.date)
    except ValueError:
        return None
    aware = told if told.tzinfo else told.replace(tzinfo=UTC)
    return (given.now() - aware).total_seconds()


async def names(given: Given) -> list[Finding]:
    """Look up names of sources."""
    hosts = list(_hosts(given))[:MOST_NAMES]
    if not hosts:
        return [unknown("names", "there is no source whose name could be looked up")]
    loop = asyncio.get_running_loop()
    started = loop.time()
    found = await asyncio.gather(*map(_has_address, hosts))
    took_s = loop.time() - started
    failed = [host for host, is_known in zip(hosts, found, strict=True) if not is_known]
    if len(failed) == len(hosts):
        advice = "See /etc/resolv.conf and `resolvectl status`: no name server answers."
        return [bad("names", f"none of {len(hosts)} names of sources has an address", advice)]
    if failed:
        listed = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
        what = f"{len(failed)} of {len(hosts)} names have no address: {listed}"
        return [warn("names", what, "See their addresses in the sources file.")]
    if took_s > SLOW_S:
        what = f"{len(hosts)} names took {took_s:.1f} s"
        return [warn("names", what, "The first name server is slow: see /etc/resolv.conf.")]
    return [good("names", f"{len(hosts)} names of sources looked up")]


async def _has_address(host: str) -> bool:
    try:
        async with asyncio.timeout(LOOKUP_S):
            return bool(await addresses_of(host))
    except (OSError, UnicodeError):
        return False


async def proxy(given: Given) -> list[Finding]:  # noqa: ARG001 - as every check
    """Look for proxies in the environment."""
    found = [name for name in os.environ if name.lower() in _PROXIES and os.environ[name]]
    if not found:
        return [good("proxy", "none is set")]
    what = f"{', '.join(sorted(found))}: messages go through it, sources are fetched without it"
    advice = "Sources need a direct way out: the address guard cannot see behind a proxy."
    return [warn("proxy", what, advice)]


async def certificates(given: Given) -> list[Finding]:
    """Look at the authorities that are trusted, and at the certificate of our links' page."""
    found = [await in_thread(_authorities)]
    links = given.config.links
    parts = urlsplit(links.url) if links else None
    if parts and parts.scheme == "https" and parts.hostname:
        door = Door(parts.hostname, parts.port or 443, "ssl")
        try:
            reached = await reach(door, given.config.fetch.allow_networks)
        except Unreachable as failure:
            advice = "People cannot answer messages: see your web server, and `links.url`."
            found.append(bad("certificates", f"the page of links: {failure}", advice))
        else:
            what = f"the page of links at {door.host}"
            found.append(judged("certificates", what, reached, given.now()))
    elif parts and parts.scheme == "http":
        what = "`links.url` is not https: what people answer can be read and changed on the way"
        found.append(warn("certificates", what, "Put a web server with TLS in front of it."))
    return found


def _authorities() -> Finding:
    paths = ssl.get_default_verify_paths()
    context = ssl.create_default_context()
    known = context.get_ca_certs()
    count = len(known)
    folder = paths.capath if paths.capath and os.path.isdir(paths.capath) else ""  # noqa: PTH112 - as the library gives it
    if not count and not (folder and os.listdir(folder)):  # noqa: PTH208
        what = "no authority is trusted: every https address fails"
        return bad("certificates", what, "Install the package ca-certificates.")
    now = datetime.now(UTC).timestamp()  # noqa: TID251 - certificates are judged by the real clock
    ended = sum(ssl.cert_time_to_seconds(str(one["notAfter"])) < now for one in known)
    if count and ended > count / 4:
        what = f"{ended} of {count} authorities have expired"
        return warn("certificates", what, "Update the package ca-certificates, or set the clock.")
    return good("certificates", f"{count or 'some'} authorities in {paths.cafile or folder}")


def _hosts(given: Given) -> dict[str, str]:
    """Give the hosts of sources, each with an address of one of them."""
    found: dict[str, str] = {}
    for source in given.config.sources:
        host = urlsplit(source.url).hostname
        if host and source.enabled:
            found.setdefault(host, source.url)
    return found
