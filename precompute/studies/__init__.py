"""Studies: the paper's own checks of DGN-AM. One file a study, one line here; importing this is quick (no torch)."""

from precompute.studies import (
    code_layers,
    evolution,
    memorisation,
    modified_data,
    quality,
    start_from_image,
    transfer,
    two_units,
)
from precompute.studies.base import Study

STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        memorisation.STUDY,
        transfer.STUDY,
        start_from_image.STUDY,
        two_units.STUDY,
        code_layers.STUDY,
        evolution.STUDY,
        modified_data.STUDY,
        quality.STUDY,
    )
}

__all__ = ["STUDIES", "Study"]
