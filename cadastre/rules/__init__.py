"""Pure: the law as data, checks that turn facts into findings, fees and terms."""
