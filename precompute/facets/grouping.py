"""Codes to places in a plane and to groups: steps 2 to 4 of Algorithm 1 (Nguyen, Yosinski & Clune 2016, MFV)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepvis_app.messages import F32, I32, CodeSpace, Facet, frozen

DIMENSIONS = 50  # of the codes after PCA, as in the paper
AVERAGED = 15  # images of a mean picture, as in the paper
FEWEST = 12  # images from which facets are made
_PERPLEXITY = 30.0  # of t-SNE; the paper gives none, this is its authors' usual one
_MOST, _OF_A_FACET = 12, 6  # facets that are tried, and images that each should have, where k is not given
_STARTS = 10  # of k-means


class NoFacetsError(Exception):
    """Why a unit has no facets: a part of a sentence."""


@dataclass(frozen=True)
class Groups:
    """Each row's group (n,) and its silhouette (n,), -1..1."""

    cluster: I32
    silhouettes: F32


def space_of(codes: F32, layer: str, seed: int, *, column: bool = False) -> CodeSpace:
    """The main axes of codes (n, D), at most DIMENSIONS of them, and the codes along them.

    Raises NoFacetsError where the codes do not differ along two axes or more.
    """
    from sklearn.decomposition import PCA

    dims = min(DIMENSIONS, len(codes) - 1, codes.shape[1])
    if dims < 2 or np.linalg.matrix_rank(codes - codes.mean(0)) < 2:
        raise NoFacetsError("the images' codes do not differ enough to be laid out")
    pca = PCA(dims, random_state=seed)
    places = pca.fit_transform(codes.astype(np.float64))
    tables = (pca.mean_, pca.components_, places)
    return CodeSpace(layer, column, *(frozen(table.astype(np.float32)) for table in tables))


def laid_out(places: F32, seed: int) -> F32:
    """Places in the plane, (n, 2), by t-SNE (van der Maaten & Hinton 2008), from the first two axes on."""
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, len(places) / 4)
    tsne = TSNE(2, perplexity=perplexity, init="pca", learning_rate="auto", random_state=seed)
    xy: F32 = tsne.fit_transform(places).astype(np.float32)
    return xy


def grouped(rows: F32, count: int | None, seed: int) -> Groups:
    """k-means groups of rows (n, d): `count` of them, or as many as give the largest mean silhouette."""
    if count is not None:
        return _k_means(rows, min(count, len(rows) - 1), seed)
    most = max(2, min(_MOST, len(rows) // _OF_A_FACET))
    tried = [_k_means(rows, k, seed) for k in range(2, most + 1)]
    return max(tried, key=lambda groups: float(groups.silhouettes.mean()))  # of equals the fewest


def facets_of(
    groups: Groups, xy: F32, rows: F32, places: F32, labels: Sequence[str], averaged: int = AVERAGED
) -> tuple[Facet, ...]:
    """The groups as facets, the largest first.

    `rows` are what was grouped: members are ordered by their distance to the group's mean there. Of a small group
    at most half are averaged. `places` are the codes by which purity is told, `labels` the images' classes.
    """
    members = [np.flatnonzero(groups.cluster == k) for k in range(int(groups.cluster.max()) + 1)]
    members = sorted((one for one in members if len(one)), key=lambda one: (-len(one), one[0]))
    means = np.stack([places[one].mean(0) for one in members])
    nearest = ((places[:, None] - means) ** 2).sum(2).argmin(1)
    found = []
    for number, one in enumerate(members):
        distances = ((rows[one] - rows[one].mean(0)) ** 2).sum(1)
        label, times = Counter(labels[int(at)] for at in one).most_common(1)[0]
        found.append(
            Facet(
                tuple(int(at) for at in one[distances.argsort(kind="stable")]),
                (float(xy[one, 0].mean()), float(xy[one, 1].mean())),
                max(1, min(averaged, len(one) // 2)),
                float(groups.silhouettes[one].mean()),
                float((nearest[one] == number).mean()),
                label,
                times / len(one) if label else 0.0,
            )
        )
    return tuple(found)


def _k_means(rows: F32, count: int, seed: int) -> Groups:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_samples

    if count < 2:
        return Groups(np.zeros(len(rows), np.int32), np.zeros(len(rows), np.float32))
    cluster = KMeans(count, n_init=_STARTS, random_state=seed).fit_predict(rows)
    return Groups(cluster.astype(np.int32), silhouette_samples(rows, cluster).astype(np.float32))
