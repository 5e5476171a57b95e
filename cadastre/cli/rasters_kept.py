"""Work out what rasters hold over parcels while the register is served."""

from __future__ import annotations

import threading
import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import owner_engine, transaction
from cadastre.models import Parcel, Raster
from cadastre.sentences import say
from cadastre.services.rasters import keep_figures, rasters_folder
from cadastre.services.rasters.place import readers_of

LOOK_SECONDS = 10.0
DAY_SECONDS = 86_400.0  # how often all parcels are gone through, for ground that was put right


def keep_rasters(settings: Settings, lang: str) -> None:
    """Fill in figures for ever, in a thread of its own."""
    threading.Thread(target=_without_end, args=(settings, lang), daemon=True).start()


def look(settings: Settings, since: tuple[int, ...], after: int) -> tuple[tuple[int, ...], int]:
    """Go on from a parcel to the last one; another raster starts from the first again."""
    with transaction(owner_engine(settings)) as session:
        now = _state(session)
    after = after if now[:2] == since[:2] else 0
    while after < now[2]:
        with transaction(owner_engine(settings)) as session:
            reached, _ = keep_figures(session, readers_of(rasters_folder(settings)), after)
        if not reached:
            break
        after = reached
    return now, after


def _state(session: Session) -> tuple[int, ...]:
    """Sum up what figures depend on: the rasters in use, and the newest parcel."""
    used = select(func.count(), func.coalesce(func.max(Raster.id), 0)).where(
        Raster.removed_at.is_(None)
    )
    count, newest = session.execute(used).one()
    return count, newest, session.scalar(select(func.max(Parcel.id))) or 0


def _without_end(settings: Settings, lang: str) -> None:
    """Take turns; what goes wrong is said when it begins, not at every turn."""
    trouble, after, began = "", 0, time.monotonic()
    since: tuple[int, ...] = (0, 0, 0)
    while True:
        if time.monotonic() - began > DAY_SECONDS:
            after, began = 0, time.monotonic()
        try:
            since, after = look(settings, since, after)
            trouble = ""
        except Exception as error:  # the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(LOOK_SECONDS)
