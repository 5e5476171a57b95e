"""Serve OGC API Features and Tiles from the read model, and nothing it does not allow."""
