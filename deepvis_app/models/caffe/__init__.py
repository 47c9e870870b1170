"""Caffe networks: a reader of their weights, a reader of their descriptions, and torch modules made of both."""
