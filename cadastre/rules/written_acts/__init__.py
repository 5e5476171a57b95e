"""Understand the text of an order: what it grants, to whom, where, and what is doubtful in it."""
