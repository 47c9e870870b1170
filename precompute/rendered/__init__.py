"""Rendered truth: small pictures of coloured shapes whose every facet is known, to keep the other pictures honest."""
