"""The supervision room: figures that say where the sector stands, live, and how it came there."""
