"""The supervision room: wall and phone, lists behind its figures, linked screens, statistics."""
