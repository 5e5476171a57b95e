"""Checks by subject: each turns a case into findings, and knows nothing of the others."""
