"""End an overlap: what kind it is, which ways out there are, what each gives to whom.

Everything here is pure: a :class:`~cadastre.rules.resolution.situation.Situation` goes in,
proposals come out. A person chooses, a second one confirms; nothing here changes the register.
"""
