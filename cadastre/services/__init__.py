"""Use cases: gather facts, ask the rules, move the dossier, write the journal; never commit."""
