"""The pieces of the `top` job: scan all images for every unit's largest values, then cut and explain the winners."""
