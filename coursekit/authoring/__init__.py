"""Notebooks as data: percent text to cells, the build, the learner's workspace."""
