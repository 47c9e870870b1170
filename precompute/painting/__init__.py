"""Painting one unit while somebody watches: pictures as JSON lines on standard output, words on standard input."""
