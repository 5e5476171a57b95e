"""Pieces that people upload: what they really are, and whether they carry a virus."""
