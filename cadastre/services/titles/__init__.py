"""The life of titles: one module for each family of acts.

Every act locks the ground it decides on, asks the pure guards, moves titles, parcels, shares and
charges, and writes its step, its journal entry and its event in the same transaction. Services
flush and never commit.
"""
