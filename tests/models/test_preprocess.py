from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import squeezenet1_0

from deepvis_app.messages import U8, CropPolicy, frozen
from deepvis_app.models.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from deepvis_app.models.torchvision_zoo import preprocess as published
from deepvis_app.models.weights import read_state_dict

CPU = torch.device("cpu")
POLICIES: tuple[CropPolicy, ...] = ("crop", "squash", "letterbox")


def noise(height: int, width: int) -> U8:
    return frozen(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("size", [(48, 64), (1, 1), (3, 200), (500, 7), (64, 48), (20, 40)])
def test_frames_of_every_shape_give_the_network_its_size(policy: CropPolicy, size: tuple[int, int]) -> None:
    preprocess = Preprocess((20, 40), policy)
    x = preprocess(noise(*size), CPU)
    assert x.shape == (1, 3, 20, 40)
    assert x.isfinite().all()
    assert preprocess.picture(x).shape == (20, 40, 3)


def test_a_frame_of_the_right_size_is_normalised_as_the_formula_says() -> None:
    frame = noise(8, 9)
    x = Preprocess((8, 9))(frame, CPU)[0].double().numpy()
    expected = (frame / 255.0 - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)
    np.testing.assert_allclose(x, expected.transpose(2, 0, 1), atol=1e-6)


def test_bgr_and_0_to_255_as_in_caffe() -> None:
    frame = noise(4, 4)
    mean = (104.0, 117.0, 123.0)
    preprocess = Preprocess((4, 4), mean=mean, std=(1.0, 1.0, 1.0), colour_order="bgr", value_range=255.0)
    x = preprocess(frame, CPU)
    expected = frame[:, :, ::-1].astype(np.float64) - mean
    np.testing.assert_allclose(x[0].numpy(), expected.transpose(2, 0, 1), atol=1e-4)
    assert np.array_equal(preprocess.picture(x), frame)


def test_one_channel_is_the_luma() -> None:
    frame = noise(4, 5)
    preprocess = Preprocess((4, 5), channels=1, mean=(0.0,), std=(1.0,))
    x = preprocess(frame, CPU)
    luma = frame @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(x[0, 0].numpy() * 255, luma, atol=1e-3)
    picture = preprocess.picture(x)
    assert np.array_equal(picture, np.repeat(np.round(luma).astype(np.uint8)[:, :, None], 3, axis=2))


@pytest.mark.parametrize("policy", POLICIES)
def test_the_picture_is_exactly_what_the_network_saw(policy: CropPolicy) -> None:
    preprocess = Preprocess((16, 24), policy)
    frame = noise(60, 50)
    assert np.array_equal(preprocess.picture(preprocess(frame, CPU)), preprocess.pixels(frame))


def test_the_crop_is_that_of_resize_256_and_centre_224() -> None:
    preprocess = Preprocess((224, 224), resize=256)
    assert preprocess.frame_box((256, 300)) == (16, 38, 240, 262)
    frame = noise(256, 300)
    assert np.array_equal(preprocess.pixels(frame), frame[16:240, 38:262])
    assert preprocess.frame_box((512, 512)) == (32, 32, 480, 480)


def test_the_box_of_each_policy() -> None:
    preprocess = Preprocess((10, 20))
    assert preprocess.frame_box((40, 40)) == (10, 0, 30, 40)
    assert preprocess.frame_box((40, 40), "squash") == (0, 0, 40, 40)
    assert preprocess.frame_box((40, 40), "letterbox") == (0, -20, 40, 60)


def test_letterbox_shows_the_frame_inside_its_box_and_the_mean_outside() -> None:
    preprocess = Preprocess((10, 20), "letterbox")
    frame = frozen(np.full((40, 40, 3), 200, np.uint8))
    picture = preprocess.pixels(frame)
    assert (picture[:, 5:15] == 200).all()
    assert np.array_equal(picture[0, 0], np.round(np.array(IMAGENET_MEAN) * 255).astype(np.uint8))
    assert abs(preprocess(frame, CPU)[0, :, 0, 0]).max() < 0.02


def test_resampling_agrees_with_pillow() -> None:
    frame = noise(100, 90)
    ours = Preprocess((30, 31), "squash").pixels(frame).astype(int)
    theirs = np.asarray(Image.fromarray(frame).resize((31, 30), Image.Resampling.BILINEAR)).astype(int)
    assert abs(ours - theirs).max() <= 1


def test_fine_stripes_become_grey_and_not_coarse_stripes() -> None:
    frame = np.zeros((240, 240, 3), np.uint8)
    frame[:, ::2] = 255
    picture = Preprocess((24, 24)).pixels(frozen(frame))
    assert abs(picture.astype(int) - 127).max() <= 5


def test_a_tensor_made_in_inference_mode_does_not_spoil_later_gradients() -> None:
    preprocess = Preprocess((4, 4), mean=(0.1, 0.2, 0.3))
    with torch.inference_mode():
        preprocess(noise(4, 4), CPU)
    pixels = torch.rand(1, 3, 4, 4, requires_grad=True)
    preprocess.normalise(pixels).sum().backward()
    assert pixels.grad is not None
    assert pixels.grad[0, 0, 0, 0].item() == pytest.approx(1 / 255 / IMAGENET_STD[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"channels": 2}, "2 input channels"),
        ({"mean": (0.5,)}, "3 values each"),
        ({"input_size": (0, 4)}, "at least one pixel"),
        ({"std": (0.0, 1.0, 1.0)}, "positive"),
        ({"crop": "cut"}, "crop, squash or letterbox"),
    ],
)
def test_settings_that_fit_no_network_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Preprocess(**{"input_size": (4, 4), **settings})  # type: ignore[arg-type]


def test_in_words_names_all_that_matters() -> None:
    words = Preprocess((224, 224), resize=256).in_words()
    assert words == (
        "shorter side to 256, centre cut to 224x224, RGB 0..1, mean 0.485 0.456 0.406, "
        "std 0.229 0.224 0.225, bilinear antialiased"
    )


@pytest.mark.slow
def test_squeezenet_reaches_its_accuracy_through_our_own_preprocessing(shared_data: Path) -> None:
    net = squeezenet1_0()
    net.load_state_dict(read_state_dict(shared_data / "squeezenet1_0-imagenet.safetensors"))
    net.eval()
    wnids = [line.split()[0] for line in (shared_data / "synset_words.txt").read_text().splitlines()]
    preprocess = published("squeezenet1_0")
    files = sorted((shared_data / "imagenet-samples").glob("*.jpg"))
    truth = torch.tensor([wnids.index(file.name.split("_")[0]) for file in files])
    predicted = []
    with torch.inference_mode():
        for start in range(0, len(files), 25):
            pictures = [np.asarray(Image.open(f).convert("RGB")) for f in files[start : start + 25]]
            batch = torch.cat([preprocess(picture, CPU) for picture in pictures])
            predicted.append(net(batch).argmax(1))
    accuracy = (torch.cat(predicted) == truth).float().mean().item()
    assert len(files) == 800
    assert accuracy >= 0.60, f"top-1 {accuracy:.3f}"


def test_what_is_shown_is_what_the_network_gets_also_in_grey() -> None:
    rgb = np.random.default_rng(8).integers(0, 256, (40, 50, 3), np.uint8)
    for channels in (1, 3):
        preprocess = Preprocess((20, 20), channels=channels, mean=(0.5,) * channels, std=(0.25,) * channels)
        pixels = preprocess.pixels(rgb)
        shown = preprocess.picture(preprocess.tensor(pixels, CPU)).astype(int)
        assert abs(preprocess.shown(pixels).astype(int) - shown).max() <= 1
