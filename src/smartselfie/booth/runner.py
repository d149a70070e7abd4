"""The pipeline's thread: it opens source, models and album, follows the pipeline, and tries again what failed.

      OPENING ──▶ RUNNING ──▶ ENDED      the video is over; another source can follow ──▶ RUNNING
         │        │  ▲  ├───▶ FINISHED   as many photos as were asked for are taken
         │        ▼  │  │
         │       CLOSED │                PAUSED by the host, or CONSENT is missing; frames are only shown
         ├──────────────┴───▶ TROUBLE    something cannot be used; it is tried again ──▶ RUNNING
         └──────────────────▶ FAILED     the same where nothing is tried again
       any of the above ────▶ LEFT       somebody left

FAILED, FINISHED and LEFT are final. What leads to TROUBLE and what to FAILED:

                                          a kiosk      others
    source, model or album does not open  TROUBLE      FAILED
    a source that was open fails          TROUBLE      TROUBLE (a video is not played again by itself)
    a photo cannot be saved               TROUBLE      FAILED
    a bug                                 TROUBLE      FAILED
"""

import logging
import threading
from collections.abc import Callable, Sequence
from time import monotonic

from smartselfie.booth.broadcast import FINAL, Broadcast, Phase
from smartselfie.booth.consent import Admission
from smartselfie.booth.current_source import CurrentSource
from smartselfie.errors import AlbumError, SmartselfieError, SourceError
from smartselfie.moment import Moment
from smartselfie.pipeline import Command, CountDown, NewAlbum, NewSource, Pipeline, SetPaused, Shoot, Stop
from smartselfie.ports import Album, FrameSource
from smartselfie.worker import growing_pause, run_once

# The thread's name.
PIPELINE = "pipeline"
# Seconds until what failed is tried again; doubles with each failure.
FIRST_PAUSE, LONGEST_PAUSE = 3.0, 30.0
# Seconds of running after which the next failure counts as the first.
STEADY = 30.0
# Seconds that a source which hangs may hold up the end.
STOP_TIME = 3.0
# Seconds to hand on the photos that were saved last.
LAST_WORDS = 0.5
# Seconds that each photo under way may take at the end.
ALBUM_TIME = 10.0

log = logging.getLogger(__name__)


class PipelineRunner:
    """Runs one pipeline in a thread of its own, for as long as the booth lasts."""

    def __init__(
        self,
        source: CurrentSource,
        build: Callable[[FrameSource], Pipeline],
        broadcast: Broadcast,
        admission: Admission,
        *,
        make_album: Callable[[], Album] | None = None,
        kiosk: bool = False,
        listeners: Sequence[Callable[[Moment], None]] = (),
    ) -> None:
        """Nothing runs before `start`.

        Args:
            source: opened in the thread, because a camera may take its time.
            build: connects it to models and album, once; closes it where that fails.
            broadcast: gets every frame and phase.
            admission: whether frames are looked at.
            make_album: makes sure that the album can be written, before it is tried again.
            kiosk: whether everything that fails is tried again.
            listeners: called in the thread for every Moment that was looked at; must not wait.
        """
        self._source, self._build, self._broadcast, self._admission = source, build, broadcast, admission
        self._make_album, self._kiosk, self._listeners = make_album, kiosk, listeners
        self._thread = threading.Thread(target=self._run, name=PIPELINE, daemon=True)
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._leaving = threading.Event()
        self._pipeline: Pipeline | None = None
        self._early: list[Command] = []
        self._failures, self._running_since = 0, 0.0
        self._pause: float | None = None
        self._album_failed = False
        self._logged = ""

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Have the pipeline carry out a command before its next frame, also while it is opened; never waits."""
        with self._lock:
            if self._pipeline is None:
                self._early.append(command)
            else:
                self._pipeline.send(command)
        self._news.set()

    def shoot(self) -> bool:
        """Take the next frame as a photo; False where no next frame is in sight."""
        newest = self._broadcast.newest
        if newest.phase is not Phase.RUNNING or newest.moment is None or newest.moment.lost:
            return False
        self.send(Shoot())
        return True

    def count_down(self, seconds: float) -> None:
        """Leave the shutter to whoever counts down to a photo for so many seconds: no smile takes one meanwhile."""
        self.send(CountDown(seconds))

    def pause(self, *, paused: bool) -> None:
        """Only show frames, or look at them again."""
        self._admit(lambda: self._admission.pause(paused=paused))

    def agree(self) -> None:
        """The guests agree to be photographed."""
        self._admit(self._admission.agree)

    def close(self, seconds: float = STOP_TIME) -> bool:
        """End, within so many seconds but for photos that are still being written; False where something hangs."""
        self._leaving.set()
        self.send(Stop())
        if self._pipeline is None:
            run_once("close the source", self._source.close)
        if self.alive:
            self._thread.join(min(STOP_TIME, seconds))
        # photos under way are written though the source may hang
        saved = self._pipeline is None or self._pipeline.close_album(ALBUM_TIME)
        if self.alive:
            self._thread.join(min(LAST_WORDS, seconds))
        return saved and not self.alive

    def _admit(self, change: Callable[[], None]) -> None:
        """Change the admission and tell the pipeline, in one step: two at once would leave them disagreeing."""
        with self._lock:
            change()
            if self._pipeline is not None:
                self._pipeline.send(SetPaused(self._admission.closed is not None))

    def _run(self) -> None:
        phase, problem = Phase.OPENING, None
        while phase not in FINAL and not self._leaving.is_set():
            try:
                phase, problem = self._step(phase), None
            except Exception as error:  # noqa: BLE001 - a thread's edge: it is shown, and raised by who runs the booth
                phase, problem = self._after(error), error
            if not self._leaving.is_set():
                self._broadcast.enter(phase, problem)
        if self._pipeline is not None:
            self._pipeline.close()
        self._source.close()

    def _step(self, phase: Phase) -> Phase:
        """Do what the phase is for, until another follows."""
        match phase:
            case Phase.OPENING:
                return self._open()
            case Phase.TROUBLE:
                self._wait(self._pause)
                return phase if self._leaving.is_set() else self._open()
            case Phase.ENDED:
                self._wait(None)
                return Phase.RUNNING
            case _:
                return self._follow()

    def _open(self) -> Phase:
        """Open the source, and the first time all the rest."""
        source = self._source.open()
        if self._leaving.is_set():
            return Phase.OPENING
        if self._pipeline is not None:
            if self._album_failed and self._make_album is not None:
                self._pipeline.send(NewAlbum(self._make_album()))
            self._album_failed = False
            self._pipeline.send(NewSource(source))
            return Phase.RUNNING
        try:
            pipeline = self._build(source)
        except BaseException:
            self._source.drop()
            raise
        with self._lock:
            pipeline.send(SetPaused(self._admission.closed is not None))
            for command in self._early:
                pipeline.send(command)
            self._early.clear()
            self._pipeline = pipeline
        return Phase.RUNNING

    def _wait(self, seconds: float | None) -> None:
        """Wait for another source, or the end; so many seconds at most."""
        self._news.clear()
        if self._pipeline is not None:
            self._pipeline.wait(seconds)
        elif not self._leaving.is_set():
            self._news.wait(seconds)

    def _follow(self) -> Phase:
        """Show what the pipeline gives, until its source ends or it is told to stop."""
        pipeline = self._pipeline
        if pipeline is None:
            raise RuntimeError
        self._running_since = monotonic()
        for moment in pipeline.follow():
            self._show(moment, pipeline)
        return Phase.FINISHED if pipeline.finished else Phase.ENDED

    def _show(self, moment: Moment, pipeline: Pipeline) -> None:
        for listener in self._listeners if moment.photos or not moment.paused else ():
            listener(moment)
        if not moment.paused:
            self._admission.update(moment.frame.at, anybody=bool(moment.faces))
            if self._admission.closed is not None:
                # these guests have gone
                self._admit(lambda: None)
        phase = self._admission.closed if moment.paused else Phase.RUNNING
        if phase is not None:
            self._broadcast.show(phase, moment, pipeline.photos, demo=self._source.stands_in)

    def _after(self, error: Exception) -> Phase:
        """What follows an error; the table above."""
        opened, source = self._pipeline is not None, self._source.source
        if monotonic() - self._running_since > STEADY:
            self._failures, self._logged = 0, ""
        self._failures += 1
        self._pause = growing_pause(self._failures, FIRST_PAUSE, LONGEST_PAUSE)
        if isinstance(error, AlbumError):
            self._album_failed = True
        else:
            self._source.drop()
        if not self._kiosk and not (opened and isinstance(error, SourceError)):
            return Phase.FAILED
        if not self._kiosk and source is not None and not source.live:
            self._pause = None
        self._log(error)
        return Phase.TROUBLE

    def _log(self, error: Exception) -> None:
        """Say in the terminal what the trouble is, once."""
        if str(error) == self._logged:
            return
        self._logged = str(error)
        bug = None if isinstance(error, SmartselfieError) else error
        said = "something went wrong inside smartselfie" if bug else str(error)
        more = "" if self._pause is None else "; trying again"
        log.warning("%s%s", said, more, exc_info=bug)
