"""Captioners and video networks: what they say, computed slowly, and what of clips is shuffled."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from deepvis_app.models.preprocess import Preprocess
from precompute.conditions.captions import END, LONGEST, START, Speaker
from precompute.conditions.videos import Watcher, frozen_last, shuffled
from precompute.options import OptionError

WORDS = ("red", START, "circle", END)


class Spelled(nn.Module):
    """Logits by a table of which word follows which, plus the picture's mean on every "red"."""

    def __init__(self, follows: Tensor) -> None:
        super().__init__()
        self.follows = follows

    def forward(self, images: Tensor, tokens: Tensor) -> Tensor:
        logits = self.follows[tokens].clone()
        logits[..., 0] += images.flatten(1).mean(1)[:, None]
        return logits


FOLLOWS = torch.tensor(
    [[0.0, -9, 2, 1], [1.0, -9, 0.5, 0], [0.0, -9, 0, 3], [0.0, 0, 0, 0]]
)  # of red: circle; of START: red; of circle: END


def test_a_sentence_is_spoken_word_by_word_behind_the_right_words() -> None:
    speaker = Speaker(Spelled(FOLLOWS), WORDS)
    images = torch.stack([torch.zeros(3, 2, 2), torch.ones(3, 2, 2)])
    numbers = speaker.numbers("red circle")
    assert numbers == [0, 2]
    found = speaker.log_probabilities(images, numbers)
    for row, bonus in enumerate((0.0, 1.0)):
        for place, (before, word) in enumerate([(1, 0), (0, 2), (2, 3)]):
            logits = FOLLOWS[before].clone()
            logits[0] += bonus
            slow = float(logits[word]) - float(torch.logsumexp(logits, 0))
            assert float(found[row, place]) == pytest.approx(slow, rel=1e-5)
    assert speaker.said(images) == ["red circle", "red circle"]


def test_what_never_ends_is_broken_off_and_says_so() -> None:
    follows = FOLLOWS.clone()
    follows[:, 3] = -9
    (said,) = Speaker(Spelled(follows), WORDS).said(torch.zeros(1, 3, 2, 2))
    assert said.endswith(" ...")
    assert len(said.split()) == LONGEST + 1


@pytest.mark.parametrize("sentence", ["red circles", "red <end>", "", "  "])
def test_unknown_words_are_told_with_the_nearest(sentence: str) -> None:
    with pytest.raises(OptionError, match=r"circles'; the nearest are circle|does not know|names no word"):
        Speaker(Spelled(FOLLOWS), WORDS).numbers(sentence)


def test_every_frame_has_the_answer_of_its_clip_and_probabilities_are_the_softmax() -> None:
    dice = np.random.default_rng(0)
    clips = dice.integers(0, 256, (9, 3, 4, 4, 3)).astype(np.uint8)

    class Last(nn.Module):
        def forward(self, frames: Tensor) -> Tensor:
            return frames[:, -1].mean((2, 3))

    watcher, preprocess = Watcher(Last(), 3), Preprocess((4, 4))
    found = watcher.probabilities(clips, preprocess, torch.device("cpu"))
    assert found.shape == (9, 3)
    for clip, row in zip(clips, found, strict=True):
        x = preprocess.tensor(clip[-1], torch.device("cpu")).mean((2, 3))[0]
        assert row.tolist() == pytest.approx(x.softmax(0).tolist(), rel=1e-4)
    pictures = torch.randn(6, 3, 4, 4)
    maps = watcher.maps(pictures)
    assert maps.shape == (6, 3, 1, 1)
    for k in range(6):
        torch.testing.assert_close(maps[k, :, 0, 0], pictures[3 * (k // 3) + 2].mean((1, 2)))


def test_shuffled_clips_have_their_own_frames_in_another_order() -> None:
    clips = np.arange(5 * 4).reshape(5, 4, 1).astype(np.uint8)
    mixed = shuffled(clips, 3)
    for one, other in zip(clips, mixed, strict=True):
        assert sorted(other.ravel().tolist()) == one.ravel().tolist()
        assert other.tolist() != one.tolist()
    np.testing.assert_array_equal(shuffled(clips, 3), mixed)
    np.testing.assert_array_equal(shuffled(clips[:, :1], 0), clips[:, :1])
    assert frozen_last(clips)[1].ravel().tolist() == [clips[1, -1, 0]] * 4
