"""Read perimeters from files of any usual format."""
