"""A violated guard is told with the name of what is in the way."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.services.refusals import in_our_words
from tests.factories import make_party, make_title, square


def test_occupied_ground_names_the_title_in_the_way(session: Session) -> None:
    make_title(session, square(1.0, 7.0), number="T-77")
    with pytest.raises(Blocked) as refusal, in_our_words():
        make_title(session, square(1.05, 7.0))
    assert (refusal.value.code, refusal.value.where) == ("register.ground-occupied", "T-77")


def test_what_has_no_word_passes_through(session: Session) -> None:
    holder = make_party(session)
    holder.kind = "nobody"
    with pytest.raises(DBAPIError, match="ck_party_kind"), in_our_words():
        session.flush()
