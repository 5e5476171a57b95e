"""A payment provider that moves no money: for demonstrations and tests, as a process of its own.

It speaks HTTP like a real one (sessions, pages where the payer accepts or refuses, signed callbacks
that are sent again until they are taken), and misbehaves on demand as real ones do by accident.
"""
