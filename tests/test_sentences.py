"""Everything that is said is said in both languages, and nothing is said that is never used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from cadastre import errors
from cadastre.config import ROOT
from cadastre.sentences import load_sentences

SENTENCES = load_sentences(ROOT / "data" / "sentences")
SOURCES = ("cadastre", "api", "web", "scripts")
ENDINGS = {".py", ".js", ".html", ".mjs", ".sql"}
QUOTED = re.compile(r"""["'`]([a-z][a-z-]*\.[a-z0-9][a-z0-9.-]*)["'`]""")
# f"draw.badge-{weight}", `map.status-${status}`, t("draw.style-" ~ style)
BEGUN = re.compile(r"""["'`]([a-z][a-z-]*\.[a-z0-9.-]*)(?:\{|\$\{|["'`]\s*[~+])""")
REFUSALS = [name for name, what in vars(errors).items() if isinstance(what, type)]
# What is said: a refusal, a note, a finding… by its code, or a sentence of a page.
SAID = re.compile(
    rf"""\b(?:say|say_all|t|Note|Question|Finding|Defect|Verdict|{"|".join(REFUSALS)})"""
    r"""\(\s*["'`]([a-z][a-z-]*\.[a-z0-9][a-z0-9.-]*)["'`]"""
)
# Rooms whose codes are made of names: of a layer, of an aspect of doubt, of a sort of holder.
MADE_OF_NAMES = ("base-map.", "doubt-aspect.", "holder.")
# Said before the page that uses them: the desk of overlap cases, the older register, the log.
NOT_YET_USED = {
    "cases.state-open", "cases.state-closed", "cases.state-known", "cases.nature-real",
    "cases.nature-all", "cases.fact-state", "cases.side", "cases.fees", "cases.preview",
    "legacy.quarantined", "log.append-only", "log.heads-title", "log.print",
}  # fmt: skip


@cache
def source() -> str:
    """Read all code and templates as one text."""
    paths = (p for folder in SOURCES for p in (ROOT / folder).rglob("*") if is_source(p))
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


def is_source(path: Path) -> bool:
    return path.suffix in ENDINGS and "dist" not in path.parts


def data_words() -> Iterator[str]:
    """Read what rulesets and other data name."""
    for path in sorted((ROOT / "data").rglob("*.yaml")):
        if path.parent.name != "sentences":
            yield path.read_text("utf-8")


def values(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_hold_the_same_values(code: str) -> None:
    assert values(SENTENCES[code]["fr"]) == values(SENTENCES[code]["en"])


def test_every_code_that_is_said_has_its_sentence() -> None:
    said = {code for code in SAID.findall(source()) if not code.endswith(("-", "."))}
    assert len(said) > 400  # the search itself finds something
    assert sorted(said - set(SENTENCES)) == []


def test_every_sentence_is_used() -> None:
    text = source()
    written, begun = set(QUOTED.findall(text)), tuple(set(BEGUN.findall(text)))
    data = "\n".join(data_words())
    unused = {
        code
        for code in SENTENCES
        if code not in written and not code.startswith((*begun, *MADE_OF_NAMES))
    }
    open_ended = tuple(code for code in written if code.endswith(("-", ".")))
    unused = {code for code in unused if not code.startswith(open_ended) and code not in data}
    assert sorted(unused - NOT_YET_USED) == []
