"""Captioners: networks that take pictures and words, and give the logits of each next word."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel, ModelError
from deepvis_app.words import nearest
from precompute.conditions.opening import as_target, asked, open_file, with_gradients
from precompute.options import OptionError, Target

START, END = "<start>", "<end>"
PROTOCOL = "a captioner, whose forward(images (N, 3, H, W), tokens (N, L)) gives logits (N, L, words)"
LONGEST = 40  # words that are said before it counts as endless


class Speaker:
    """A captioner with its words. `net` takes normalised pictures (N, 3, H, W) and int64 words (N, L), which begin with
    START, and gives the logits (N, L, words) of the word behind each, the last of which is END.
    """

    def __init__(self, net: nn.Module, vocabulary: Sequence[str]) -> None:
        self._net, self.vocabulary = net, tuple(vocabulary)
        self._start, self._end = self.vocabulary.index(START), self.vocabulary.index(END)

    def numbers(self, sentence: str) -> list[int]:
        """Of the sentence's words. Raises OptionError for a word that there is not, with the nearest."""
        words = sentence.split()
        for word in words:
            if word not in self.vocabulary or word in (START, END):
                known = [one for one in self.vocabulary if one not in (START, END)]
                raise OptionError(
                    f"The captioner does not know the word {word!r}; the nearest are {nearest(word, known)}."
                )
        if not words:
            raise OptionError("--words names no word.")
        return [self.vocabulary.index(word) for word in words]

    def log_probabilities(self, images: Tensor, numbers: Sequence[int]) -> Tensor:
        """(N, words + 1): of each word of the sentence and of its end, behind those before it (teacher forcing)."""
        given = torch.tensor([[self._start, *numbers]], device=images.device).expand(len(images), -1)
        wanted = torch.tensor([*numbers, self._end], device=images.device)
        with with_gradients(images):
            logits = self._net(images, given)
        spoken = logits.float().log_softmax(2)
        found: Tensor = spoken.gather(2, wanted.expand(len(images), -1)[..., None])[..., 0]
        return found

    @torch.no_grad()
    def said(self, images: Tensor) -> list[str]:
        """What it says of each picture, always the likeliest next word; "..." at the end where it does not end."""
        given = torch.full((len(images), 1), self._start, device=images.device)
        for _ in range(LONGEST):
            best = self._net(images, given)[:, -1].argmax(1, keepdim=True)
            given = torch.cat([given, best], 1)
            if bool((given == self._end).any(1).all()):
                break
        return [self._in_words(row) for row in given[:, 1:].tolist()]

    def _in_words(self, numbers: list[int]) -> str:
        ended = self._end in numbers
        words = [
            self.vocabulary[number] for number in (numbers[: numbers.index(self._end)] if ended else numbers)
        ]
        return " ".join(words if ended else [*words, "..."])


def open_captioner(options: argparse.Namespace) -> Target:
    """The captioner that --model names, with one layer whose units are the words of --words and the end.

    The labels of the network are its vocabulary. Raises ModelError and OptionError.
    """
    model, module = open_file(options, "a captioner", "captioner")
    speaker = speaker_of(model, getattr(module, "vocabulary", None))
    units = len(speaker.numbers(options.words)) + 1
    model = replace(model, info=replace(model.info, labels=speaker.vocabulary))
    return as_target(options, model, LayerInfo("words", "words", "words", (units,), units))


def speaker_of(model: LoadedModel, vocabulary: Any) -> Speaker:
    """Raises ModelError for what does not keep to PROTOCOL."""
    title = model.info.title
    listed = isinstance(vocabulary, (list, tuple)) and all(isinstance(word, str) for word in vocabulary)
    if not listed or not {START, END} <= set(vocabulary):
        raise ModelError(
            f"{title} needs a list called vocabulary of all words in their order, with {START} and {END} among them."
        )
    height, width = model.preprocess.input_size
    images = torch.zeros(2, model.preprocess.channels, height, width, device=model.device)
    tokens = torch.full((2, 3), vocabulary.index(START), device=model.device)
    with asked(title, PROTOCOL), torch.no_grad():
        logits = model.net(images, tokens)
    wanted = (2, 3, len(vocabulary))
    if not isinstance(logits, Tensor) or logits.shape != wanted:
        given = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ModelError(
            f"{title} gives {given} for two pictures with three words each, where {PROTOCOL} gives {wanted}."
        )
    return Speaker(model.net, vocabulary)
