"""Keep energy works: entered, changed, rerouted, licensed, found, counted."""
