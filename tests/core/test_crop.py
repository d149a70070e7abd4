"""The one way from a picture to the networks' input, and how well a face can be seen."""

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

import smartselfie
from smartselfie.core.crop import (
    EYE_SIZE,
    crop_eyes,
    crop_face,
    eye_squares,
    frontality,
    measure_quality,
    network_input,
)
from smartselfie.core.types import Box, DetectedFace
from smartselfie.testing import blank, face_at

rng = np.random.default_rng(0)
PACKAGE = Path(smartselfie.__file__).parent


def test_a_face_that_is_already_cropped_passes_unchanged() -> None:
    pixels = rng.integers(0, 256, (48, 48), np.uint8)
    assert np.array_equal(crop_face(pixels, Box(0, 0, 48, 48), 48), pixels)


def test_the_square_is_cut_where_it_lies() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:68, 60:108] = 200
    assert (crop_face(image, Box(60, 20, 48, 48), 48) == 200).all()
    moved = crop_face(image, Box(84, 20, 48, 48), 48)
    assert (moved[:, :24] == 200).all()
    assert (moved[:, 24:] == 0).all()


def test_grey_weighs_the_colours_as_bgr() -> None:
    image = np.zeros((48, 48, 3), np.uint8)
    image[..., 2] = 255
    assert set(np.unique(crop_face(image, Box(0, 0, 48, 48), 48))) == {76}


@pytest.mark.parametrize(
    "square",
    [Box(-20, -20, 60, 60), Box(80, 80, 60, 60), Box(-50, -50, 300, 300), Box(500, 500, 40, 40), Box(30, 30, 0.2, 0.2)],
)
def test_what_lies_outside_is_filled_with_the_edge(square: Box) -> None:
    image = np.full((100, 100, 3), 90, np.uint8)
    crop = crop_face(image, square, 48)
    assert crop.shape == (48, 48)
    assert crop.dtype == np.uint8
    assert (crop == 90).all()


def test_shrinking_averages_instead_of_picking_pixels() -> None:
    checked = np.indices((480, 480)).sum(axis=0) % 2 * 255
    crop = crop_face(checked.astype(np.uint8), Box(0, 0, 480, 480), 48)
    assert ((crop > 120) & (crop < 135)).all()


def test_the_networks_input_is_scaled_and_standardised() -> None:
    crops = np.stack([np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)])
    ready = network_input(crops, mean=0.5, std=0.25)
    assert ready.shape == (2, 1, 48, 48)
    assert ready.dtype == np.float32
    assert set(np.unique(ready)) == {-2.0, 2.0}


def test_preprocessing_is_written_once() -> None:
    """No other module converts faces to grey for the network, resizes crops or standardises pixels."""
    found = subprocess.run(
        ["grep", "-rlE", r"/ ?std|- ?mean\b|\.mean\) ?/|255\.0 ?-", "--include=*.py", str(PACKAGE)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert [Path(name).relative_to(PACKAGE).as_posix() for name in found] == ["core/crop.py"]


@pytest.mark.parametrize("tilt", [-60.0, -20.0, 10.0, 35.0, 90.0])
def test_a_tilted_head_is_turned_upright(tilt: float) -> None:
    """A picture turned by so many degrees, and cut with them, is nearly the picture that was not turned."""
    upright = cv2.GaussianBlur(rng.integers(0, 256, (400, 400), np.uint8), (0, 0), 12)
    upright = cv2.normalize(upright, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    matrix = cv2.getRotationMatrix2D((199.5, 199.5), -tilt, 1.0)
    turned = cv2.warpAffine(upright, matrix, (400, 400), flags=cv2.INTER_LINEAR).astype(np.uint8)
    square = Box(120, 120, 160, 160)
    wanted = crop_face(upright, square, 48).astype(float)
    assert np.abs(crop_face(turned, square, 48, tilt) - wanted).mean() < 2
    assert np.abs(crop_face(turned, square, 48) - wanted).mean() > 10


def test_a_head_that_is_nearly_upright_is_cut_as_it_stands() -> None:
    image = rng.integers(0, 256, (200, 200, 3), np.uint8)
    square = Box(30, 40, 100, 100)
    assert np.array_equal(crop_face(image, square, 48, tilt=3.9), crop_face(image, square, 48))


@pytest.mark.parametrize("square", [Box(-20, -20, 60, 60), Box(90, 90, 300, 300), Box(30, 30, 0.2, 0.2)])
def test_a_tilted_square_beyond_the_picture_is_filled_with_the_edge(square: Box) -> None:
    crop = crop_face(np.full((100, 100, 3), 90, np.uint8), square, 48, tilt=40.0)
    assert crop.shape == (48, 48)
    assert (crop == 90).all()


def noise(side=200):
    coarse = np.random.default_rng(0).integers(0, 256, (side // 4, side // 4, 3), np.uint8)
    return np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)


def test_a_blur_is_less_sharp_and_contrast_does_not_matter():
    face = face_at(20, 20, 160)
    sharp, faint = noise(), noise() // 2 + 60
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4)
    values = [measure_quality(picture, face).sharpness for picture in (sharp, faint, blurred)]
    assert values[1] == pytest.approx(values[0], rel=0.1)
    assert values[2] < 0.3 * values[0]


def test_size_and_light_are_told():
    quality = measure_quality(blank(400, 300, 90), face_at(10, 10, 100))
    assert (quality.share, quality.brightness, quality.frontality) == (0.25, 90.0, 1.0)


@pytest.mark.parametrize(("nose", "expected"), [(50, 1.0), (40, 0.5), (30, 0.0), (20, 0.0), (60, 0.5)])
def test_a_head_that_is_turned_has_its_nose_to_a_side(nose, expected):
    assert frontality(((30.0, 40.0), (70.0, 40.0), (nose, 60.0))) == pytest.approx(expected)


def test_a_tilted_head_is_not_turned():
    assert frontality(((30.0, 30.0), (60.0, 60.0), (30.0, 60.0))) == pytest.approx(1.0)


def test_without_landmarks_a_face_is_taken_to_look_at_the_camera_and_has_no_eyes():
    face = DetectedFace(Box(0, 0, 9, 9), Box(0, 0, 9, 9))
    assert frontality(()) == 1.0
    assert frontality(((5.0, 5.0), (5.0, 5.0), (5.0, 5.0))) == 0.0
    assert eye_squares(face) == ()
    assert crop_eyes(blank(), ()).shape == (0, EYE_SIZE, EYE_SIZE)


def test_eyes_are_cut_out_where_the_landmarks_are():
    picture = blank(200, 200, 0)
    face = face_at(50, 50, 100)
    for x, y in face.landmarks[:2]:
        cv2.circle(picture, (round(x), round(y)), 6, (255, 255, 255), -1)
    left, right = crop_eyes(picture, eye_squares(face))
    assert left.shape == (EYE_SIZE, EYE_SIZE)
    assert min(left[EYE_SIZE // 2, EYE_SIZE // 2], right[EYE_SIZE // 2, EYE_SIZE // 2]) == 255
    assert max(left[0, 0], right[0, 0]) == 0
