"""The fingerprint that binds an atlas to the weights it was made with."""

from __future__ import annotations

from hashlib import sha256

import torch
from torch import nn


def fingerprint(net: nn.Module) -> str:
    """Hex sha256 over names, shapes and values of all real-numbered weights and buffers, in order of name.

    Values are hashed as contiguous little-endian float32, so device, memory layout and the precision of the
    file do not matter as long as the loaded numbers are the same. Counters (integer buffers) are left out.
    """
    digest = sha256()
    for name, tensor in sorted(net.state_dict().items()):
        if tensor.is_floating_point():
            digest.update(f"{name} {tuple(tensor.shape)}\n".encode())
            values = tensor.detach().to("cpu", torch.float32).contiguous().numpy()
            digest.update(values.astype("<f4", copy=False).tobytes())
    return digest.hexdigest()
