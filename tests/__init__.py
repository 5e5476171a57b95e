"""Tests, in folders that mirror those of the packages they test."""
