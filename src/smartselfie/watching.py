"""The loop over a live source, for programs: every Moment, and a callback for photos."""

from collections.abc import Callable, Iterator

from smartselfie.assemble import make_pipeline, make_source
from smartselfie.config import Settings
from smartselfie.core.moment import Moment, Photo


def watch(
    source: str, settings: Settings | None = None, on_photo: Callable[[Photo], None] = lambda _: None
) -> Iterator[Moment]:
    """Watch a source and take the picture when people smile.

    Example:
        >>> from smartselfie import watch
        >>> for moment in watch("demo"):
        ...     if moment.subject is not None:
        ...         print(moment.subject.emotion, moment.trigger.progress)

    Args:
        source: `demo`, a camera's number or name, a video, an image folder, or an address.
        settings: None for the defaults; the user's file and environment are not read.
        on_photo: called with each photo once it is kept.

    Yields:
        A Moment for every frame, until the source ends or you leave the loop; either lets go of the source.

    Raises:
        SmartselfieError: source, model or album cannot be used.
    """
    chosen = Settings() if settings is None else settings
    for moment in make_pipeline(make_source(source, chosen), chosen).moments():
        for photo in moment.photos:
            on_photo(photo)
        yield moment
