"""Who a page is open to, where its view does not say so itself; the hook of the API enforces it.

A page open to anybody may still judge: a receipt wants its code, an invoice its payer.
"""

from __future__ import annotations

from flask import Flask

from api.permissions import Access, access_of, open_to

ANYBODY, SIGNED_IN = Access.ANYBODY, Access.SIGNED_IN
PAGES: dict[str, Access] = {
    "static_files.static_file": ANYBODY,
    "map.index": ANYBODY,
    "search_page.search_page": ANYBODY,
    "about.about": ANYBODY,
    "about.help_page": ANYBODY,
    "eiti_page.eiti": ANYBODY,
    "data_page.data": ANYBODY,
    "data_page.job": ANYBODY,
    "data_page.catalog": ANYBODY,
    "data_page.record": ANYBODY,
    "data_page.file": ANYBODY,
    "draw.draw": ANYBODY,
    "draw.answer_form": ANYBODY,
    "features_page.one-titles": ANYBODY,
    "features_page.one-applications": ANYBODY,
    "features_page.one-units": ANYBODY,
    "features_page.one-works": ANYBODY,
    "features_page.one-zones": ANYBODY,
    "receipts.receipt": ANYBODY,
    "receipts.receipt_pdf": ANYBODY,
    "log_pages.log": ANYBODY,
    "log_pages.sheet": ANYBODY,
    "log_pages.filing_proof_file": ANYBODY,
    "cases.index": SIGNED_IN,
    "cases.case": SIGNED_IN,
    "cases.propose": SIGNED_IN,
    "cases.accept": SIGNED_IN,
    "cases.withdraw": SIGNED_IN,
    "cases.confirm": SIGNED_IN,
    "acts.index": SIGNED_IN,
    "acts.form": SIGNED_IN,
    "acts.answer": SIGNED_IN,
    "acts.sketch": SIGNED_IN,
    "proposals.index": SIGNED_IN,
    "proposals.one": SIGNED_IN,
    "proposals.confirmation": SIGNED_IN,
    "proposals.rejection": SIGNED_IN,
    "opening_pages.index": ANYBODY,
    "opening_pages.one": ANYBODY,
    "opening_pages.seal": SIGNED_IN,
    "opening_pages.secret_file": SIGNED_IN,
    "opening_pages.reveal_filing": SIGNED_IN,
    "opening_pages.draw": SIGNED_IN,
    "opening_pages.marks": SIGNED_IN,
    "remnants.show": SIGNED_IN,
    "remnants.choose": SIGNED_IN,
    "money.invoice": ANYBODY,
    "money.returned": ANYBODY,
    "money.pay": ANYBODY,
    "money.record": SIGNED_IN,
    "money.amounts": SIGNED_IN,
    "money.cancel": SIGNED_IN,
    "money_desk.index": SIGNED_IN,
    "money_desk.to_reconcile": SIGNED_IN,
    "money_desk.refunds": SIGNED_IN,
    "money_desk.statement": SIGNED_IN,
    "money_desk.decide": SIGNED_IN,
    "money_desk.refund": SIGNED_IN,
}


def register(app: Flask) -> None:
    """Declare the pages above on their views, once they are mounted."""
    for endpoint, access in PAGES.items():
        view = app.view_functions.get(endpoint)
        if view is not None and access_of(view) is None:
            open_to(access)(view)
