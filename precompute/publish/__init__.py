"""Atlases handed on: as files, as a web gallery, as one picture of a layer; and the folders of 2015 read in."""
