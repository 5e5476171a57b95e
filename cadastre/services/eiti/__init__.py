"""The EITI in one click: the tables of requirements 2.2, 2.3 and 2.5, and how complete they are."""
