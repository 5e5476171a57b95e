"""The mining and energy cadastre: ground, rights over it, and how they came to be."""
