"""The frame player: its pictures, labels and limits; that it plays is tested in the browser."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from mflimit.frames import Frames

ALT = "a square that gets brighter"
GREY = [np.full((20, 30, 3), level, dtype=np.uint8) for level in (0, 120, 240)]
LABELS = ("a", "b", "c")


def player(**options):
    return Frames.from_images(GREY, LABELS, alt=ALT, **options)


def content(frames):
    """What the page's script receives."""
    shown = frames._repr_html_()
    return shown, json.loads(re.search(r"var player = (\{.*\});", shown)[1])


def test_the_pictures_are_those_given():
    shown, data = content(player())
    assert data["labels"] == list(LABELS) and len(data["frames"]) == 3
    for address, grey in zip(data["frames"], GREY, strict=True):
        image = Image.open(io.BytesIO(base64.b64decode(address.removeprefix("data:image/webp;base64,"))))
        assert image.size == (30, 20)
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - grey).max() <= 2
    assert f'alt="{ALT}"' in shown and 'max="2"' in shown
    assert 'width="480" height="320"' in shown


def test_floats_are_levels():
    bright = Frames.from_images([np.ones((4, 4, 3)), np.zeros((4, 4, 3))], ["1", "0"], alt=ALT)
    white, black = (Image.open(io.BytesIO(frame)).convert("RGB").getpixel((0, 0)) for frame in bright.frames)
    assert (white, black) == ((255, 255, 255), (0, 0, 0))


def test_drawn_frames_have_one_size_and_their_labels():
    seen = []

    def draw(axes, value):
        seen.append(value)
        axes[1].plot([0, value], [0, 10**value])

    frames = Frames(draw, [1, 5], label=lambda v: f"v = {v}", alt=ALT, subplots=(1, 2), size=(4.0, 2.0))
    assert seen == [1, 5] and frames.labels == ("v = 1", "v = 5")
    sizes = {Image.open(io.BytesIO(frame)).size for frame in frames.frames}
    assert sizes == {(594, 297)}
    assert frames.size == (440, 220)


def test_the_id_is_that_of_the_content():
    (_, first), (_, again) = content(player()), content(player())
    assert first["id"] == again["id"]
    other = Frames.from_images(GREY[::-1], LABELS, alt=ALT)
    assert content(other)[1]["id"] != first["id"]


def test_it_starts_where_it_is_told():
    shown, data = content(player(start=2))
    assert 'value="2"' in shown and "<output>c</output>" in shown
    assert f'<img src="{data["frames"][2]}"' in shown


def test_labels_cannot_end_the_script():
    frames = Frames.from_images(GREY[:1], ["</script><b>"], alt=ALT)
    assert frames._repr_html_().count("</script>") == 1


def test_nothing_is_fetched():
    assert "http" not in player()._repr_html_()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Frames.from_images([], [], alt=ALT), "there must be frames"),
        (lambda: Frames.from_images(GREY, LABELS[:2], alt=ALT), "got 3 and 2"),
        (lambda: Frames.from_images([np.ones((4, 4))], ["a"], alt=ALT), r"got \(4, 4\)"),
        (lambda: player(start=3), "start must be one of the 3 frames, got 3"),
        (lambda: player(fps=0), "fps must be > 0, got 0"),
        (lambda: Frames.from_images(GREY, LABELS, alt="square"), "alt must describe the picture"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_too_heavy_a_player_is_refused():
    noise = np.random.default_rng(0).integers(0, 256, size=(1200, 1200, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="more than 500000"):
        Frames.from_images([noise, noise], ["a", "b"], alt=ALT)
