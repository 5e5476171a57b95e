"""Money: what is due, from whom, how it is paid once, and what happens when it is."""
