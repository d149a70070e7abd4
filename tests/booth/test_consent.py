"""When pictures are not looked at."""

from smartselfie.booth.broadcast import Phase
from smartselfie.booth.consent import GUESTS_GONE, Admission


def test_without_consent_it_is_open():
    assert Admission().closed is None


def test_it_opens_when_guests_agree_and_asks_new_guests_again():
    gate = Admission(consent=True)
    assert gate.closed is Phase.CONSENT
    gate.agree()
    assert gate.closed is None
    gate.update(10.0, anybody=True)
    gate.update(10.0 + GUESTS_GONE, anybody=False)
    assert gate.closed is None
    gate.update(10.1 + GUESTS_GONE, anybody=False)
    assert gate.closed is Phase.CONSENT


def test_somebody_in_sight_keeps_it_open():
    gate = Admission(consent=True)
    gate.agree()
    for second in range(1000):
        gate.update(float(second), anybody=second % 50 == 0)
    assert gate.closed is None


def test_whoever_is_there_after_the_camera_was_away_for_a_minute_is_asked():
    gate = Admission(consent=True)
    gate.agree()
    gate.update(10.0, anybody=True)
    gate.update(75.0, anybody=True)
    assert gate.closed is Phase.CONSENT


def test_a_minute_counts_from_the_yes():
    gate = Admission(consent=True)
    gate.update(0.0, anybody=True)
    gate.agree()
    gate.update(500.0, anybody=False)
    assert gate.closed is None


def test_a_clip_that_begins_again_is_no_absence():
    gate = Admission(consent=True)
    gate.agree()
    gate.update(500.0, anybody=True)
    gate.update(0.0, anybody=False)
    gate.update(GUESTS_GONE, anybody=False)
    assert gate.closed is None


def test_a_pause_goes_before_everything():
    gate = Admission(consent=True)
    gate.pause(paused=True)
    assert gate.closed is Phase.PAUSED
    gate.agree()
    gate.pause(paused=False)
    assert gate.closed is None
