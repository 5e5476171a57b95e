"""SQLAlchemy tables: data and its constraints, no decisions."""
