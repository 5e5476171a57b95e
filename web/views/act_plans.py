"""Draw what an act would change: ground as it is, what each title would hold, what comes free."""

from __future__ import annotations

from markupsafe import Markup

from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.preview import Preview, RightState
from web.views.ground_plans import Drawn, plan_of_grounds

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def plan_of_right(ruleset: Ruleset, right: RightState, title: str) -> Markup | None:
    """Draw the ground of one right."""
    return plan_of_grounds(ruleset, [Drawn("ground-held", right.ground)], title)


def plan_of_acts(ruleset: Ruleset, seen: Preview, title: str) -> Markup | None:
    """Draw both sides of an act on one plan; letters are those of its table of titles."""
    lettered = letters_of(seen)
    shapes = [Drawn("ground-before", one.ground) for one in seen.before]
    shapes += [Drawn("ground-held", one.ground, lettered.get(one.number, "")) for one in seen.after]
    shapes.append(Drawn("ground-freed", seen.freed))
    return plan_of_grounds(ruleset, shapes, title)


def letters_of(seen: Preview) -> dict[str, str]:
    """Give a letter to each title that would hold ground, where there is more than one."""
    holding = [one.number for one in seen.after if not one.ground.is_empty]
    if len(holding) < 2:
        return {}
    return dict(zip(holding, LETTERS, strict=False))
