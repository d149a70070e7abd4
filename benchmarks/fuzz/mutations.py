"""One hostile input out of a small valid one: bytes are flipped, cut, repeated, moved and replaced by odd ones."""

import random
from collections.abc import Sequence

# What parsers trip over: ends of ranges of integers, in both orders of bytes, and words with a meaning of their own.
NUMBERS = (0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
WORDS = (
    *(b"\0", b"\xff", b"\r\n", b"\n", b'"', b"'", b",", b";", b"{", b"]", b"\\", b"../", b"%s", b"%00", b"nan"),
    *(b"inf", b"-1", b"1e999", b"9" * 40, b"\xef\xbb\xbf", b"\xed\xa0\x80", "😀".encode(), b"\xe9"),
)

# Bytes; what has grown beyond it is cut.
LONGEST = 200_000


def mutate(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One of the seeds, changed in one to a few places; now and then spliced with another, now and then untouched."""
    content = bytearray(chance.choice(seeds))
    if chance.random() < 0.1:
        other = chance.choice(seeds)
        content = content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 5, 12))):
        _change(content, chance)
    return bytes(content[:LONGEST])


def _change(content: bytearray, chance: random.Random) -> None:
    """One change, mostly near the beginning: headers are there."""
    end = len(content) if chance.random() < 0.5 else min(len(content), 256)
    place, length = chance.randint(0, end), min(chance.choice((1, 1, 2, 4, 8, 64, 1024)), len(content))
    match chance.randrange(8):
        case 0 if content:
            content[min(place, len(content) - 1)] ^= 1 << chance.randrange(8)
        case 1:
            content[place : place + length] = chance.randbytes(length)
        case 2:
            del content[place : place + length]
        case 3:
            content[place:place] = content[place : place + length] * chance.choice((1, 2, 50))
        case 4:
            del content[chance.randint(0, len(content)) :]
        case 5:
            size = chance.choice((1, 2, 4, 8))
            number = chance.choice(NUMBERS) % 256**size
            content[place : place + size] = number.to_bytes(size, chance.choice(("little", "big")))
        case 6:
            content[place : place + chance.choice((0, length))] = chance.choice(WORDS)
        case _:
            there = chance.randint(0, len(content))
            content[place : place + length] = content[there : there + length]
