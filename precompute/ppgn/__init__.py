"""Plug and play generative networks (Nguyen et al. 2017): pictures of a unit as samples of a Markov chain of codes."""
