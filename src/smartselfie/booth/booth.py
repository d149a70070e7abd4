"""Everything a booth needs but its doors: built together, started together, closed in the right order."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from smartselfie.albums.clip import ClipRecorder
from smartselfie.albums.folder import rescue_folders
from smartselfie.albums.gallery import Gallery
from smartselfie.booth.auth import PinCheck
from smartselfie.booth.broadcast import Broadcast
from smartselfie.booth.browser_camera import StillAlbum
from smartselfie.booth.consent import Admission
from smartselfie.booth.current_source import CurrentSource, open_device
from smartselfie.booth.demo_album import DemoAlbum, demo_folder
from smartselfie.booth.live_settings import LiveSettings
from smartselfie.booth.retention import Retention
from smartselfie.booth.runner import PipelineRunner
from smartselfie.core.events import Photo
from smartselfie.factory import make_album, make_pipeline
from smartselfie.hooks import make_hooks
from smartselfie.moment import Moment
from smartselfie.pipeline import Pipeline
from smartselfie.ports import Album, FrameSource
from smartselfie.settings.schema import Settings
from smartselfie.sources.camera import CameraInfo, list_cameras

# Seconds that the whole booth has to end, and that each of its parts has in any case.
CLOSE_TIME, LEAST_TIME = 10.0, 0.5


class Booth:
    """One booth. What it is made of knows nothing of it: settings → runner → broadcast → pages."""

    def __init__(
        self,
        settings: Settings,
        *,
        saved: Path | None = None,
        on_photo: Callable[[Photo], object] = lambda _: None,
        open_source: Callable[[str, Settings], FrameSource] = open_device,
        cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
        build: Callable[[FrameSource, Settings], Pipeline] | None = None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            settings: camera, rule, album, view and page.
            saved: the file that changes on the page are saved in; None forgets them.
            on_photo: called for every photo, in the pipeline's thread; must not wait.
            open_source: opens a source by its name.
            cameras: lists the system's cameras.
            build: connects a source to models and album; None for what the settings name.

        Raises:
            ConfigError: the command or address for photos cannot be used.
        """
        self.broadcast = Broadcast()
        self._hooks = make_hooks(settings, self.broadcast.report)
        self._clips = ClipRecorder(
            self.broadcast.touch, self.broadcast.report, wanted=settings.clip, format=settings.clip_format
        )
        self._on_photo = on_photo
        self._folder = settings.album_folder
        self.gallery = Gallery(self._folder)
        self._source = CurrentSource(settings, open_source, cameras, self._show_album)
        self.runner = PipelineRunner(
            self._source,
            lambda source: self._connect(source, settings) if build is None else build(source, settings),
            self.broadcast,
            Admission(consent=settings.consent),
            make_album=lambda: self._make_album(settings),
            kiosk=settings.kiosk,
            listeners=(self._hand_on_photos, self._clips.update),
        )
        self.pin = PinCheck(None if settings.pin is None else settings.pin.get_secret_value(), kiosk=settings.kiosk)
        self.settings = LiveSettings(
            settings, self._source, self.pin, self.runner.send, saved=saved, on_change=self._apply
        )
        self._retention = Retention(self.gallery, self.broadcast, settings.delete_after, rescue=rescue_folders())

    @property
    def source(self) -> FrameSource | None:
        """The source that is open now."""
        return self._source.source

    def start(self) -> None:
        """Open the camera, in a thread, and look after the album from now on."""
        self.runner.start()
        self._retention.start()

    def close(self, seconds: float = CLOSE_TIME) -> bool:
        """End everything: first what takes photos, then what is still done with them.

        Args:
            seconds: for all of it; photos that a slow disk is still writing get more.

        Returns:
            False where something hangs, and is left behind.
        """
        until = monotonic() + seconds
        closing: list[Callable[[float], bool]] = [self._retention.close, self.runner.close, self._clips.close]
        closing += [hook.close for hook in self._hooks]
        ended = [close(max(LEAST_TIME, until - monotonic())) for close in closing]
        return all(ended)

    def _connect(self, source: FrameSource, settings: Settings) -> Pipeline:
        return make_pipeline(source, settings, self._make_album(settings))

    def _make_album(self, settings: Settings) -> Album:
        """A browser's photos are its own stills; those of a demo in place of a camera are kept apart."""
        kept = DemoAlbum(
            make_album(settings),
            demo_folder(self._folder),
            sidecar=settings.sidecar,
            stands_in=lambda: self._source.stands_in,
        )
        return StillAlbum(kept, lambda: self._source.source)

    def _show_album(self) -> None:
        """The page shows the album that photos of the source go to."""
        folder = demo_folder(self._folder) if self._source.stands_in else self._folder
        if self.gallery.move_to(folder):
            self.broadcast.touch()

    def _hand_on_photos(self, moment: Moment) -> None:
        for photo in moment.photos:
            self._on_photo(photo)
            for hook in self._hooks:
                hook(photo)

    def _apply(self, settings: Settings) -> None:
        """What holds from now on beside the pipeline."""
        self._clips.wanted = settings.clip
        self.broadcast.touch()
