"""Settings and an album as 0.1.0 has written them open in this version; these files are never brought up to date."""

from pathlib import Path

from smartselfie.albums.gallery import Gallery, Order
from smartselfie.settings.load import load_settings
from smartselfie.trigger.rule import SMILES, GroupRule

OLD = Path(__file__).parent / "as_0_1_0"


def test_the_settings_hold_as_they_did() -> None:
    settings = load_settings({}, OLD / "config.toml", {}, chosen=True)
    assert (settings.hold, settings.smile, settings.rule) == (15, SMILES["big"], GroupRule.EVERYONE)
    assert (settings.rest, settings.mirror, settings.clip) == (7.0, False, True)
    assert (settings.album, settings.language, settings.delete_after) == (Path("/home/ada/party"), "de", 48)
    assert settings.pin is not None
    assert settings.pin.get_secret_value() == "2468"
    assert settings.calibration == (0.05, 0.9)


def test_the_album_is_read_as_it_was() -> None:
    total, (entry,) = Gallery(OLD / "album").page(Order.SMILE)
    assert (total, entry.name) == (1, "2026-11-23_05-20-11.123.jpg")
    assert entry.smile is not None
    assert entry.smile > 0.99
    assert entry.focus == (28 / 64, 20 / 48)
