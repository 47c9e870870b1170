"""The kinds of images that a unit fires for (multifaceted feature visualisation: Nguyen, Yosinski & Clune 2016)."""
