"""A dossier for those who ask: written page by page, lodged whole, followed to its end."""
