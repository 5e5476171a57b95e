"""Fair openings of freed ground: published, filed under seal, told apart by lot or comparison."""
