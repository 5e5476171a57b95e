"""Pure: coordinate systems, corner tables, perimeters, overlaps and grids. Longitude first, degrees, EPSG:4326."""
