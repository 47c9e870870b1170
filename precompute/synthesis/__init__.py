"""Pictures that a unit prefers, made by ascent: what is optimised, what is maximised, and what keeps it natural."""
