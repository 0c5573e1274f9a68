"""A name server on loopback that answers, refuses or is silent, as a test says."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Literal, Self

Mood = Literal["answers", "fails", "is silent"]


@dataclass
class Resolver:
    """Every name is 127.0.0.1; use it as a context manager."""

    address: str = "127.0.0.83"
    mood: Mood = "answers"
    asked: int = 0
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        self._socket.settimeout(0.1)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                query, sender = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.asked += 1
            if self.mood != "is silent":
                self._socket.sendto(self._answer(query), sender)

    def _answer(self, query: bytes) -> bytes:
        """Write an answer as RFC 1035 has it: the question again, and an address for A."""
        end = query.index(b"\0", 12) + 5
        question, is_a = query[12:end], query[end - 4 : end - 2] == b"\0\1"
        code = 2 if self.mood == "fails" else 0
        answers = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if is_a and not code else b""
        head = query[:2] + bytes([0x81, 0x80 | code]) + b"\0\1\0" + bytes([bool(answers)])
        return head + b"\0\0\0\0" + question + answers
