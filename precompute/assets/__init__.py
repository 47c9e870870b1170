"""`build-assets`: everything under `assets/` made again, step by step, from one data set."""
