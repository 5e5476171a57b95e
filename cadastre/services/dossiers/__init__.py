"""Dossiers: opened, completed, lodged, examined, decided and followed, one step at a time.

Each function flushes and never commits; each writes who, when, why and from which document in the
same transaction as what it changes.
"""
