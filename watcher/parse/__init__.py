"""Bytes of a poll in, entries and remarks out. Pure; runs in a worker that can be killed."""

from watcher.parse.address import absolute_url, canonical_url
from watcher.parse.channel import channel_address
from watcher.parse.decode import Decoded, decode
from watcher.parse.kinds import parse

__all__ = ["Decoded", "absolute_url", "canonical_url", "channel_address", "decode", "parse"]
