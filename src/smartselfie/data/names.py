"""What people call the seven emotions and the three splits in their folders and columns."""

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.data.dataset import Split

_EMOTIONS = {
    Emotion.ANGRY: ("angry", "anger"),
    Emotion.DISGUST: ("disgust", "disgusted"),
    Emotion.FEAR: ("fear", "fearful", "afraid", "scared"),
    Emotion.HAPPY: ("happy", "happiness", "joy"),
    Emotion.SAD: ("sad", "sadness"),
    Emotion.SURPRISE: ("surprise", "surprised"),
    Emotion.NEUTRAL: ("neutral", "neutrality"),
}
_PLACES = {word: EMOTIONS.index(emotion) for emotion, words in _EMOTIONS.items() for word in words} | {
    str(place): place for place in range(len(EMOTIONS))
}
_SPLITS = {
    Split.TRAINING: ("training", "train"),
    Split.PUBLIC_TEST: ("publictest", "validation", "valid", "val", "dev"),
    Split.PRIVATE_TEST: ("privatetest",),
}
_PARTS = {word: split for split, words in _SPLITS.items() for word in words}
TEST = ("test", "testing")


def emotion_place(word: str) -> int | None:
    """The index into `EMOTIONS` that a number from 0 to 6 or a name in any case means, or None."""
    return _PLACES.get(word.strip().lower())


def split_of(word: str, test: Split) -> Split | None:
    """The split that a name in any case means, or None; "test" alone means `test`."""
    plain = word.strip().lower().replace("_", "").replace("-", "").replace(" ", "")
    return test if plain in TEST else _PARTS.get(plain)
