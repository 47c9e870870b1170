"""Comparing methods: the same units painted by every way that there is, measured alike, on one sheet."""
