"""The office's side of dossiers: what is to be done today, one dossier on a screen, opinions."""
