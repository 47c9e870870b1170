"""Generators: networks that paint a picture from a layer's code, their training and the published ones."""

# The bundled generator's training; also the defaults of the command and of its form.
PICTURES = 1_280_000  # in all
BATCH = 64
ADVERSARY = 0.08  # weight of its loss
