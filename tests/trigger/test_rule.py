"""What counts as a smile: more than one frame's highest score."""

import pytest

from smartselfie.core.emotion import Emotion
from smartselfie.testing import face_of, mixed, play, rule_of, scores
from smartselfie.trigger.rule import DOUBT, RISE, SMILES, doubt


def lasting(*emotions, rule=None, fps=5):
    """Whether a smile lasts after each of these frames."""
    played = play([(index / fps, [face_of(1, each)]) for index, each in enumerate(emotions)], rule or rule_of())
    return [frame.trigger.people[0].smile is not None for frame in played]


def test_happy_must_reach_the_threshold():
    assert rule_of().begins(mixed(happy=0.5))
    assert not rule_of().begins(mixed(happy=0.49))


def test_no_other_expression_may_be_stronger():
    assert not rule_of(smile=0.3).begins(mixed(happy=0.4, surprise=0.45))
    assert not rule_of().begins(scores(Emotion.SURPRISE))


def test_a_slight_smile_may_be_weaker_than_neutral():
    assert rule_of(smile=SMILES["slight"]).begins(mixed(happy=0.4))
    assert not rule_of(smile=SMILES["normal"]).begins(mixed(happy=0.4))
    assert not rule_of(smile=SMILES["big"]).begins(mixed(happy=0.7))


@pytest.mark.parametrize("other", ["angry", "disgust", "fear", "sad", "surprise"])
def test_teeth_that_come_with_another_expression_are_no_smile(other):
    crying = mixed(happy=0.6, **{other: DOUBT + 0.02})
    assert doubt(crying) == pytest.approx(DOUBT + 0.02)
    assert not rule_of().begins(crying)
    assert rule_of().begins(mixed(happy=0.6, **{other: DOUBT - 0.02}))


def test_a_smile_ends_when_what_speaks_against_it_outweighs_it():
    assert rule_of().lasts(mixed(happy=0.45, sad=0.4))
    assert not rule_of().lasts(mixed(happy=0.45, sad=0.5))


def test_a_face_that_looks_half_happy_at_rest_must_rise_above_that():
    resting = mixed(happy=0.42)
    assert lasting(*[resting] * 10, mixed(happy=0.55))[-1] is False
    assert lasting(*[resting] * 10, mixed(happy=0.42 + RISE * 0.5 + 0.01))[-1] is True
    # somebody who has just come is taken at the word of the score
    assert lasting(resting, mixed(happy=0.55))[-1] is True
    slight = rule_of(smile=SMILES["slight"])
    assert lasting(*[mixed(happy=0.3)] * 10, mixed(happy=0.3 + RISE * 0.35 + 0.01), rule=slight)[-1] is True


@pytest.mark.parametrize("seconds", [1, 2, 4, 8])
@pytest.mark.parametrize("top", [0.6, 0.74])
def test_a_smile_that_comes_slowly_is_no_rest(seconds, top):
    rising = [mixed(happy=0.05 + (top - 0.05) * min(1.0, index / 15 / seconds)) for index in range(15 * (seconds + 2))]
    played = play([(index / 15, [face_of(1, each)]) for index, each in enumerate(rising)])
    assert any(frame.fired for frame in played)


@pytest.mark.parametrize("expression", [each for each in Emotion if each is not Emotion.HAPPY])
def test_every_expression_can_be_waited_for_and_must_be_the_strongest_but_for_neutral(expression):
    rule, other = (
        rule_of(smile=0.3, expression=expression),
        "fear" if expression is not Emotion.FEAR else "surprise",
    )
    assert rule.begins(mixed(**{expression.value: 0.4}))
    assert rule.begins(mixed(**{expression.value: 0.45, other: 0.4}))
    assert not rule.begins(mixed(**{expression.value: 0.4, other: 0.6}))


def test_a_smile_that_grows_out_of_distress_is_held_for_a_second_whatever_the_rate():
    def held(before, fps):
        frames = [before] * 2 * fps + [mixed(happy=0.9)] * 3 * fps
        played = play([(index / fps, [face_of(1, each)]) for index, each in enumerate(frames)])
        began = next(index for index, frame in enumerate(played) if frame.trigger.people[0].smile is not None)
        (shot,) = (index for index, frame in enumerate(played) if frame.fired)
        return shot - began

    assert held(mixed(), 20) == 9
    assert held(mixed(sad=0.8), 20) == 20
    assert held(mixed(sad=0.8), 30) == 30
    assert held(mixed(sad=0.8), 5) == 9
    assert held(mixed(angry=0.5, fear=0.3), 20) == 20
    # surprise turns into laughter all the time
    assert held(mixed(surprise=0.8), 20) == 9


def test_a_cry_that_is_called_happy_on_every_frame_is_never_photographed():
    cry = [mixed(happy=0.55, sad=0.35), mixed(happy=0.6, sad=0.3, fear=0.1), mixed(happy=0.65, disgust=0.3)] * 40
    assert all(max(each, key=each.__getitem__) == "happy" and each["happy"] >= 0.5 for each in cry)
    assert not any(frame.fired for frame in play([(index / 30, [face_of(1, e)]) for index, e in enumerate(cry)]))


def test_a_calibration_stretches_what_one_face_can_do():
    rule = rule_of(scale=(0.1, 0.5))
    assert rule.level(mixed(happy=0.3)) == pytest.approx(0.5)
    assert rule.level(mixed(happy=0.05)) == 0.0
    assert rule.level(mixed(happy=0.9)) == 1.0
    assert rule.begins(mixed(happy=0.31))
    assert not rule.begins(mixed(happy=0.29))


def test_another_expression_can_be_waited_for():
    rule = rule_of(expression=Emotion.SURPRISE)
    assert rule.begins(scores(Emotion.SURPRISE))
    assert not rule.begins(scores(Emotion.HAPPY))
    frames = [(index / 5, [face_of(1, scores(Emotion.SURPRISE))]) for index in range(12)]
    assert [index for index, frame in enumerate(play(frames, rule)) if frame.fired] == [9]


def test_neutral_can_be_waited_for_too():
    rule = rule_of(expression=Emotion.NEUTRAL)
    assert rule.begins(mixed())
    assert not rule.begins(scores(Emotion.HAPPY))
