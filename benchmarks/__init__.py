"""Measurements of the figures that the design promises, as ratios within one run. Run them alone."""
