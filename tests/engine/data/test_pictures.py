"""One's own picture as a pattern: cropped, reduced, right way up, and refused where it is none."""

import numpy as np
import pytest
from PIL import Image

from engine.data import pictures
from engine.data.pictures import read_picture
from engine.errors import BadInput


def save(path, values, **options):
    Image.fromarray(np.asarray(values, np.uint8)).save(path, **options)
    return path


def test_a_photograph_is_cropped_to_the_middle_and_reduced(tmp_path):
    values = np.zeros((20, 60, 3))
    values[:, 20:40] = (255, 0, 102)
    found = read_picture(save(tmp_path / "a.png", values), (4, 4, 3), binary=False)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.reshape(16, 3), [[1, -1, -0.2]] * 16, atol=1e-6)


def test_strokes_become_white_on_black_whichever_way_they_were_drawn(tmp_path):
    ink = np.full((32, 32), 255)
    ink[12:20, 12:20] = 0
    expected = -np.ones((8, 8))
    expected[3:5, 3:5] = 1
    for name, values in (("dark", ink), ("light", 255 - ink)):
        found = read_picture(save(tmp_path / f"{name}.png", values), (8, 8, 1), binary=True)
        np.testing.assert_array_equal(found.reshape(8, 8), expected)
    clear = np.zeros((32, 32, 4))
    clear[12:20, 12:20, 3] = 255  # black on nothing: what is transparent counts as white
    found = read_picture(save(tmp_path / "clear.png", clear), (8, 8, 1), binary=True)
    np.testing.assert_array_equal(found.reshape(8, 8), expected)


def test_a_camera_that_was_held_sideways(tmp_path):
    values = np.zeros((8, 8, 3))
    values[:4] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the first row is the right side
    found = read_picture(save(tmp_path / "a.png", values, exif=exif), (8, 8, 3), binary=False).reshape(8, 8, 3)
    assert (found[:, 4:] == 1).all()
    assert (found[:, :4] == -1).all()


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, None])
def test_what_is_no_picture_is_named(tmp_path, data):
    path = tmp_path / "a.png"
    if data is None:
        whole = save(path, np.random.default_rng(0).integers(0, 256, (64, 64, 3))).read_bytes()
        data = whole[: len(whole) // 2]
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"a\.png cannot be read as a picture"):
        read_picture(path, (8, 8, 3), binary=False)


def test_a_file_too_large_for_a_picture_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 1 << 20)
    path = save(tmp_path / "a.png", np.zeros((40, 30)))
    assert read_picture(path, (8, 8, 3), binary=False).shape == (192,)
    path.write_bytes(path.read_bytes().ljust((1 << 20) + 1, b"\0"))
    with pytest.raises(BadInput, match=r"a\.png cannot be read as a picture: it has more than 1 MB"):
        read_picture(path, (8, 8, 3), binary=False)


def test_a_picture_of_too_many_pixels_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    path = save(tmp_path / "a.png", np.zeros((40, 30)))
    with pytest.raises(BadInput, match=r"a\.png cannot be read as a picture: it has 30 x 40 pixels; at most 1,000"):
        read_picture(path, (8, 8, 3), binary=False)
    Image.new("RGBA", (20, 20)).save(path)
    with pytest.raises(BadInput, match=r"a\.png cannot be read as a picture: it has 20 x 20 pixels; at most 333 are"):
        read_picture(path, (8, 8, 3), binary=False)
    with pytest.raises(BadInput, match=r"gone\.png cannot be read"):
        read_picture(tmp_path / "gone.png", (8, 8, 3), binary=False)


@pytest.mark.parametrize(
    ("kind", "settings"), [(b"VP8 ", {}), (b"VP8L", {"lossless": True}), (b"VP8X", {"exif": Image.Exif()})]
)
def test_a_webp_of_too_many_pixels_is_not_even_opened(tmp_path, monkeypatch, kind, settings):
    path = tmp_path / "a.webp"
    Image.new("RGB" if kind != b"VP8X" else "RGBA", (300, 20), (9, 9, 9)).save(path, **settings)
    assert path.read_bytes()[12:16] == kind
    monkeypatch.setattr(pictures, "MOST_PIXELS", 3 * 6000)
    assert read_picture(path, (8, 8, 3), binary=False).shape == (192,)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 3 * 5999)
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(BadInput, match=r"it has 300 x 20 pixels; at most 5,999 are read"):
        read_picture(path, (8, 8, 3), binary=False)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_a_large_picture_is_reduced_in_two_steps_to_almost_the_same(tmp_path, monkeypatch, mode):
    random = np.random.default_rng(0)
    picture = Image.fromarray(random.integers(0, 256, (5, 9, 3), np.uint8)).resize((701, 503)).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.fromarray(random.integers(0, 256, (4, 4), np.uint8)).resize(picture.size))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "large.png", exif=exif)
    at_once = read_picture(tmp_path / "large.png", (4, 6, 3), binary=False)
    monkeypatch.setattr(pictures, "MANY_PIXELS", 1000)
    found = read_picture(tmp_path / "large.png", (4, 6, 3), binary=False)
    assert at_once.std() > 0.1
    np.testing.assert_allclose(found, at_once, atol=0.05)
