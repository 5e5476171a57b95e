"""Parse XML that may be hostile: no document type or entity, bounded depth and size."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from cadastre.errors import TooLarge, UnusableInput

_DEPTH, _ELEMENTS = 40, 100_000
_ENCODING = re.compile(r"^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)


class _Counter:
    """Build the tree as the standard builder does, counting on the way."""

    def __init__(self, where: str) -> None:
        self._where, self._stack, self._count = where, [], 0  # type: ignore[var-annotated]
        self._root: Element | None = None
        self._last: Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._count += 1
        if self._count > _ELEMENTS:
            raise TooLarge("exchange.too-many-elements", where=self._where, limit=_ELEMENTS)
        if len(self._stack) >= _DEPTH:
            raise UnusableInput("exchange.too-deep", where=self._where, limit=_DEPTH)
        element = Element(tag, attributes)
        if self._stack:
            self._stack[-1].append(element)
        else:
            self._root = element
        self._stack.append(element)
        self._last = None
        return element

    def end(self, tag: str) -> Element:
        self._last = self._stack.pop()
        return self._last

    def data(self, text: str) -> None:
        if self._last is not None:
            self._last.tail = (self._last.tail or "") + text
        elif self._stack:
            self._stack[-1].text = (self._stack[-1].text or "") + text

    def close(self) -> Element:
        if self._root is None:
            raise ParseError("no element found")
        return self._root


def parse_xml(text: str, where: str) -> Element:
    """Parse an XML text already decoded.

    Raises
    ------
    UnusableInput
        ``exchange.doctype`` for any document type or entity, ``exchange.not-xml`` when it is not
        well formed, ``exchange.too-deep``.
    TooLarge
        ``exchange.too-many-elements``.
    """
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise UnusableInput("exchange.doctype", where=where)
    # The text is decoded: what its first line says of bytes no longer holds.
    text = _ENCODING.sub(r"\1", text.lstrip("\ufeff \t\r\n"), count=1)
    parser = DefusedXMLParser(
        target=_Counter(where), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(text)
        root: Element = parser.close()
    except DefusedXmlException as fault:
        raise UnusableInput("exchange.doctype", where=where) from fault
    except (ParseError, ValueError, RecursionError) as fault:
        raise UnusableInput("exchange.not-xml", where=where) from fault
    return root


def local(element: Element) -> str:
    """Give the name of an element without its namespace: versions of a format differ in it only."""
    return str(element.tag).rpartition("}")[2]


def child(element: Element, *names: str) -> Element | None:
    """Find the first child of a name."""
    return next((inner for inner in element if local(inner) in names), None)


def children(element: Element, *names: str) -> list[Element]:
    """List the children of a name."""
    return [inner for inner in element if local(inner) in names]


def words(element: Element | None) -> str | None:
    """Give the text of an element, None when empty."""
    text = "".join(element.itertext()).strip() if element is not None else ""
    return text or None
