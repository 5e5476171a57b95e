"""Exports that a worker makes: ordered, made, fetched by whoever might order them, forgotten."""
