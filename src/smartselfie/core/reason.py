"""Why no photo comes, of one person and of all: always exactly one reason."""

from enum import StrEnum


class Reason(StrEnum):
    """The one thing that is missing for a photo.

    The first four say why a person does not count; only NO_FACE, LOST and WAITING are of the whole group alone.
    """

    TOO_FAR = "too_far"
    TURNED_AWAY = "turned_away"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    NO_FACE = "no_face"
    NOT_SMILING = "not_smiling"
    HOLDING = "holding"
    SMILE_MORE = "smile_more"
    """The hold is long enough, but the smile has become less."""
    WAITING = "waiting"
    EYES_CLOSED = "eyes_closed"
    RESTING = "resting"
    STILL_SMILING = "still_smiling"
    LOST = "lost"
    READY = "ready"
    """Nothing is missing: for a person, the hold is full; for the group, the photo is being taken."""
