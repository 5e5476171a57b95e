"""The pages about people: their own account, their companies, and everybody's rights."""
