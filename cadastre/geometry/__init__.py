"""Pure: coordinate systems, corner tables, perimeters, overlaps and grids.

Longitude first, degrees of EPSG:4326, unless a name says otherwise.
"""
