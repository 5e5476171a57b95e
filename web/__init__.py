"""Pages, and the modules and styles they load."""
