"""The card: what is written is read, and nothing else passes for one."""

import json
from dataclasses import replace

import pytest

from smartselfie.errors import ModelError
from smartselfie.inference.card import KEY, SEAL, is_whole, read_card, seal
from smartselfie.testing import CARD


def changed(**fields: object) -> dict[str, str]:
    return {KEY: json.dumps(json.loads(CARD.to_metadata()[KEY]) | fields)}


def test_a_card_comes_back_as_it_was_written():
    card = replace(CARD, outputs=("fer2013", "ferplus"), combined=(0.3, 0.7), metrics={"accuracy": 0.67}, limits="½ Δ")
    assert read_card(card.to_metadata(), "a.onnx") == card


def test_a_card_with_a_balance_comes_back_too():
    card = replace(CARD, balance=(0.5, 0, 0, -0.25, 0, 0, -1))
    assert read_card(card.to_metadata(), "a.onnx") == card


def test_other_metadata_beside_the_card_does_no_harm():
    assert read_card({**CARD.to_metadata(), "author": "somebody"}, "a.onnx") == CARD


def test_no_card_is_refused():
    with pytest.raises(ModelError, match=r"a\.onnx has no model card"):
        read_card({}, "a.onnx")


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({KEY: "{"}, "damaged model card"),
        ({KEY: "[]"}, "damaged model card"),
        (changed(input_size="large"), "damaged model card: input_size"),
        (changed(colour="red"), "damaged model card: colour"),
        (changed(labels=["happy", "sad"]), "foreign labels: happy, sad"),
        (changed(labels=list(reversed(CARD.labels))), "foreign labels: neutral, surprise"),
        (changed(outputs=[], reading=[]), "combined does not weigh its outputs"),
        (changed(outputs=["a", "b"]), "combined does not weigh its outputs"),
        (changed(reading=[0.0]), "combined does not weigh its outputs"),
        (changed(reading=[-0.5]), "combined does not weigh its outputs"),
        (changed(reading=[1e9]), "combined does not weigh its outputs"),
        (changed(reading=[0.5, 0.5]), "combined does not weigh its outputs"),
        (changed(balance=[0.5]), "balance is not seven numbers"),
        (changed(balance=[0, 0, 0, 0, 0, 0, 1e9]), "balance is not seven numbers"),
        (changed(input_size=4), "damaged model card: input_size"),
        (changed(input_size=4096), "damaged model card: input_size"),
        (changed(std=0), "damaged model card: std"),
        (changed(precision="int4"), "damaged model card: precision"),
        (changed(licence={"code": "MIT"}), "damaged model card: licence.weights"),
    ],
)
def test_a_card_that_cannot_be_trusted_is_refused(metadata: dict[str, str], found: str):
    with pytest.raises(ModelError, match=found):
        read_card(metadata, "a.onnx")


@pytest.mark.parametrize(
    "field", ["name", "labels", "input_size", "mean", "std", "outputs", "reading", "origin", "biases"]
)
def test_a_card_without_one_of_its_fields_is_refused(field: str):
    fields = json.loads(CARD.to_metadata()[KEY])
    del fields[field]
    with pytest.raises(ModelError, match=field):
        read_card({KEY: json.dumps(fields)}, "a.onnx")


def as_file(metadata: dict[str, str]) -> bytes:
    """The metadata as protobuf writes strings, between other bytes."""
    return b"weights" * 9 + b"".join(
        b"\x0a" + bytes([len(key)]) + key.encode() + b"\x12" + bytes([len(value) % 128]) + value.encode()
        for key, value in metadata.items()
    )


def test_a_sealed_file_is_whole_and_sealing_it_again_changes_nothing():
    sealed = seal(as_file(CARD.to_metadata()))
    assert is_whole(sealed)
    assert seal(sealed) == sealed
    assert not is_whole(as_file(CARD.to_metadata()))


def test_no_bit_can_flip_without_being_noticed():
    sealed = seal(as_file({**CARD.to_metadata(), KEY: "{}"}))
    for place in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[place // 8] ^= 1 << place % 8
        assert not is_whole(bytes(flipped))


def test_without_one_place_for_a_checksum_there_is_none():
    assert is_whole(b"no place") is None
    with pytest.raises(ValueError, match="0 places"):
        seal(b"no place")
    with pytest.raises(ValueError, match="2 places"):
        seal(as_file({SEAL: "0" * 64}) * 2)


def test_a_card_may_also_call_its_combined_output_by_its_new_name():
    metadata = CARD.to_metadata()
    assert '"reading"' in metadata[KEY]
    assert read_card({KEY: metadata[KEY].replace('"reading"', '"combined"')}, "a.onnx") == CARD
