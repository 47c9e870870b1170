"""Judges match classes by number or by name, and their verdicts are counted as by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from precompute.options import OptionError
from precompute.studies import networks
from precompute.studies.judging import Judge, Seen, Verdict
from precompute.studies.networks import class_layer, code_layer, in_words, independent, open_networks
from precompute.studies.values import values_at
from tests.precompute.studies.small import LABELS, desk, network, picture
from tests.precompute.synthesis.nets import SIDE

OTHER = ("espresso", "goldfish", "crane", "crane, machine", "BELL PEPPER, sweet")


def other_judge() -> Judge:
    model = network(1)
    return Judge(replace(model, info=replace(model.info, labels=OTHER)), (*LABELS, "crane"))


def test_the_same_names_are_matched_by_number() -> None:
    judge = Judge(network(1), LABELS)
    assert [judge.place(unit) for unit in range(5)] == [0, 1, 2, 3, 4]


def test_other_names_are_matched_by_the_first_one_where_it_is_the_only_one() -> None:
    judge = other_judge()
    assert [judge.place(unit) for unit in range(6)] == [1, None, None, 4, 0, None]


def test_a_verdict_counts_the_known_classes_that_come_first_and_early() -> None:
    judge = Judge(network(1), tuple("abcdefg"))
    judge._place = {0: 0, 1: 1, 2: 6}
    scores = np.array([[9.0, 1, 0, 0, 0, 0, 0], [5, 4, 0, 0, 0, 0, 0], [6, 5, 4, 3, 2, 1, 0], [1] * 7])
    verdict = judge.verdict(Seen(scores, scores), [0, 1, 2, 3])
    assert (verdict.asked, verdict.top1, verdict.top5) == (3, 1, 2)
    assert verdict.as_json() == {"pictures": 3, "top1": 0.3333, "top5": 0.6667}


@pytest.mark.parametrize("scores", [[np.nan] * 7, [9.0, np.nan, 0, 0, 0, 0, 0], [np.nan, 1, 0, 0, 0, 0, 0]])
def test_scores_that_are_no_numbers_are_never_right(scores: list[float]) -> None:
    judge = Judge(network(1), tuple("abcdefg"))
    judge._place = {0: 0}
    row = np.array([scores])
    assert judge.verdict(Seen(row, row), [0]) == Verdict(1, 0, 0)


def test_a_verdict_on_nothing_has_no_shares() -> None:
    judge = other_judge()
    verdict = judge.verdict(judge.look([picture(1, 0)]), [1])
    assert verdict.as_json() == {"pictures": 0, "top1": None, "top5": None}


def test_scores_are_the_networks_own_and_features_come_before_the_classes() -> None:
    model = network()
    pictures = [picture(label, 0) for label in range(3)]
    seen = Judge(model, LABELS).look(pictures)
    x = torch.cat([model.preprocess(rgb, model.device) for rgb in pictures])
    before_classes = torch.nn.Sequential(*list(model.net.children())[:-2])
    with torch.no_grad():
        assert np.allclose(seen.scores, model.net(x), atol=1e-6)
        assert np.allclose(seen.features, before_classes(x), atol=1e-5)
    assert Judge(model, LABELS).best(seen)[0] in {label.split(",")[0].lower() for label in LABELS}


def test_of_a_picture_in_the_size_of_the_input_nothing_is_cut_off() -> None:
    """Also by a network that cuts its input out of larger pictures: painted ones are its input already."""
    model = network()
    cutting = replace(model, preprocess=replace(model.preprocess, resize=2 * SIDE))
    rgb = picture(1, 0)
    x = model.preprocess.normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None].float())
    with torch.no_grad():
        expected = model.net(x)
        logits = torch.nn.Sequential(*list(model.net.children())[:-1])(x)
    assert np.allclose(Judge(cutting, LABELS).look([rgb]).scores, expected, atol=1e-6)
    assert np.allclose(values_at(cutting, cutting.info.layer("fc3"), [rgb]), logits, atol=1e-5)
    larger = np.kron(rgb, np.ones((2, 2, 1), np.uint8))  # this one is cut, as a judge does with any picture
    assert not np.allclose(Judge(cutting, LABELS).look([larger]).scores, expected, atol=1e-3)


def test_classes_are_read_before_the_softmax_and_codes_behind_the_relu() -> None:
    info = network().info
    assert class_layer(info).name == "fc3"
    assert code_layer(info, info.layer("fc2")).name == "relu2"
    assert code_layer(info, info.layer("fc3")).name == "fc3"
    with pytest.raises(OptionError, match="has no classes with names"):
        class_layer(replace(info, labels=()))


def test_networks_are_named_with_their_weights() -> None:
    [model] = open_networks(["caffenet64=random"], "cpu")
    assert model.info.weights == "random"
    assert in_words(model) == "caffenet64 (random)"
    [bundled] = open_networks(["caffenet64"], "cpu")
    assert in_words(bundled) == "caffenet64"
    calls = [
        replace(bundled.info, weights=f"{name}.safetensors")
        for name in ("seed1", "caffenet64", "caffenet64-b")
    ]
    words = [in_words(replace(bundled, info=info)) for info in calls]
    assert words == ["caffenet64 (seed1)", f"caffenet64 ({bundled.info.fingerprint[:6]})", "caffenet64-b"]


def test_a_judge_that_is_the_judged_network_is_refused(tmp_path: Path) -> None:
    bundled = open_networks(["caffenet64"], "cpu")[0]
    at = desk("quality", tmp_path, bundled)
    with pytest.raises(OptionError, match="caffenet64 has the weights of another network here"):
        independent(["caffenet64"], at)
    with pytest.raises(OptionError, match="caffenet64=random has the weights"):
        independent(["caffenet64=random", "caffenet64=random"], at)


def test_two_networks_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [network(seed) for seed in (1, 2)]
    twins = [replace(model, info=replace(model.info, title="net")) for model in twins]
    monkeypatch.setattr(networks, "open_networks", lambda texts, device: twins)
    with pytest.raises(OptionError, match=r"b is called net \(random\) like another network here; rename"):
        independent(["a", "b"], desk("quality", tmp_path, network()))
