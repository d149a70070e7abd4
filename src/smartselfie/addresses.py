"""Addresses of cameras as they may be printed and kept: they can hold passwords."""

import re

SCHEME = re.compile(r"[a-z][a-z\d+.-]*", re.IGNORECASE)
HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+(%\w+)?\])(:\d{1,5})?", re.IGNORECASE)
# What may hold a password without being an address: `user:password@…`, `…?pwd=…`. A drive's letter is no user.
SUSPECT = re.compile(r"[^:]{2,}:.*@|\?.*=", re.DOTALL)
HIDDEN = "…"


def without_secrets(name: str) -> str:
    """What a user calls a source, for messages, pages and files; of an address its scheme and host remain.

    Passwords stand before the `@`, in the path (`/user=admin&password=…`) and behind the question mark, and may
    themselves hold the signs that end those parts. Where the host cannot be told for sure, it is hidden as well.
    """
    scheme, colon, rest = name.partition("://")
    if not colon:
        return HIDDEN if SUSPECT.search(name) else name
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    sure = HOST.fullmatch(host) and "@" not in rest[len(authority) :]
    return f"{scheme if SCHEME.fullmatch(scheme) else HIDDEN}://{host if sure else HIDDEN}"
