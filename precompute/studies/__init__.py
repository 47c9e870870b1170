"""Studies: checks of the methods, most of them the DGN-AM paper's own. One file a study, one line here.

Importing this is quick (no torch).
"""

from precompute.studies import (
    code_layers,
    evolution,
    known_truth,
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
        known_truth.STUDY,
    )
}

__all__ = ["STUDIES", "Study"]
