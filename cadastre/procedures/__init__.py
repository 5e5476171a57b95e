"""Pure: dated procedures read from the ruleset, replayed from steps."""
