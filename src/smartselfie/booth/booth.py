"""Everything a booth needs but its doors: built together, started together, closed in the right order."""

from collections.abc import Callable

from smartselfie.albums.clip import ClipRecorder
from smartselfie.albums.gallery import Gallery
from smartselfie.booth.auth import PinCheck
from smartselfie.booth.consent import Admission
from smartselfie.booth.live_settings import Desk, Stand
from smartselfie.booth.retention import Retention
from smartselfie.booth.runner import Live, Phase
from smartselfie.core.events import Photo
from smartselfie.hooks import make_hooks


class Booth:
    """One booth's rooms."""

    def __init__(
        self,
        stand: Stand,
        gate: Admission,
        on_photo: Callable[[Photo], None] = lambda _: None,
        on_over: Callable[[Phase], None] = lambda _: None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            stand: camera and settings.
            gate: the stand's, which pauses it.
            on_photo: called for every photo that is kept.
            on_over: called when no more frames will come.

        Raises:
            ConfigError: the command or address for photos cannot be used.
        """
        settings = stand.settings
        self.stand, self.gate = stand, gate
        self._hooks = make_hooks(settings)
        self._on_photo = on_photo
        self._clips = ClipRecorder(lambda: stand.settings.clip, self._refresh)
        self.live = Live(
            stand.open,
            gate=gate,
            max_photos=settings.max_photos,
            stubborn=settings.kiosk,
            on_photo=self._tell,
            on_moment=self._clips.update,
            on_over=on_over,
        )
        stand.passing = self.live.pass_by
        self.gallery = Gallery(settings.album_folder)
        self.lock = PinCheck(None if settings.pin is None else settings.pin.get_secret_value())
        self.desk = Desk(stand, self.live, self.lock)
        self._housekeeping = Retention(self.gallery, self.live, settings.delete_after)

    def start(self) -> None:
        """Open the camera, in a thread, and look after the album from now on."""
        self.live.start()
        self._housekeeping.start()

    def close(self) -> None:
        """End everything: first what takes photos, then what is still done with them."""
        self._housekeeping.close()
        self.live.close(closing=self.stand.close)
        self._clips.close()
        for hook in self._hooks:
            hook.close()

    def _tell(self, photo: Photo) -> None:
        self.stand.taken += 1
        self._on_photo(photo)
        for hook in self._hooks:
            hook(photo)

    def _refresh(self) -> None:
        self.live.touch()
