"""A user's own files: small networks that keep to the protocols, or not."""

from __future__ import annotations

from pathlib import Path

CAPTIONER = """
import torch
from torch import nn

class Speaks(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.look = nn.Linear(3 * 16 * 16, 8)
        self.words = nn.Embedding(5, 8)
        self.memory = nn.GRU(8, 8, batch_first=True)
        self.out = nn.Linear(8, WIDTH)

    def forward(self, images, tokens):
        states, _ = self.memory(self.words(tokens), self.look(images.flatten(1))[None])
        return self.out(states)

vocabulary = ["<start>", "<end>", "red", "circle", "square"]
preprocess = {"input_size": 16, "mean": (0.5,) * 3, "std": (0.25,) * 3}

def model():
    return Speaks()
"""
VIDEO = """
import torch
from torch import nn

class Watches(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.look = nn.Linear(3 * 16 * 16, 8)
        self.memory = nn.LSTM(8, 8, batch_first=True)
        self.out = nn.Linear(8, 2)

    def forward(self, clips):
        states, _ = self.memory(self.look(clips.flatten(2)))
        return self.out(states[:, -1])

labels = ["left", "waving"]
frames = 4
preprocess = {"input_size": 16, "mean": (0.5,) * 3, "std": (0.25,) * 3}

def model():
    return Watches()
"""


def captioner(folder: Path, *, width: int = 5, more: str = "") -> str:
    return _written(folder / "speaks.py", CAPTIONER.replace("WIDTH", str(width)) + more)


def video(folder: Path, more: str = "") -> str:
    return _written(folder / "watches.py", VIDEO + more)


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return f"file:{path}"
