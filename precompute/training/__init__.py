"""The training of the bundled network."""

EPOCHS = 30
