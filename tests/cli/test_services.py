"""``cadastre services``: the catalogue on a terminal, in both languages, refusals in a sentence."""

from __future__ import annotations

import json

import pytest

from cadastre.cli import main


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["services", *arguments])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def test_every_service_is_a_line_with_its_grade(capsys) -> None:
    code, out, _ = ran(capsys, "list", "--lang", "en")
    assert (code, len(out.splitlines())) == (0, 29)
    research = next(line for line in out.splitlines() if line.startswith("permis-recherche "))
    assert research.split()[1] == "inferred"
    assert research.endswith("[suspended]")


def test_services_are_found_by_words_and_sector(capsys) -> None:
    _, out, _ = ran(capsys, "list", "--sector", "mines", "--json", "kimberley", "--lang", "fr")
    assert [row["id"] for row in json.loads(out)] == ["certificat-kimberley"]


def test_the_checklist_of_a_service(capsys) -> None:
    code, out, _ = ran(capsys, "show", "raccordement-basse-tension", "--lang", "en")
    assert code == 0
    assert "[ ] List of appliances" in out


def test_everything_as_json(capsys) -> None:
    _, out, _ = ran(capsys, "show", "permis-recherche", "--json", "--lang", "en")
    shown = json.loads(out)
    assert shown["suspended"]["id"] == "gel-2025"
    assert shown["form_schema"]["required"][0] == "substances"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "permis-de-rever", "--lang", "fr"), "Aucune démarche ne s'appelle"),
        (("list", "--sector", "lune", "--lang", "en"), "Unknown sector: lune"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(capsys, arguments, told) -> None:
    code, out, err = ran(capsys, *arguments)
    assert (code, out) == (2, "")
    assert told in err
