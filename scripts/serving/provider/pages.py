"""The pages on which a payer accepts or refuses; they need no script."""

from __future__ import annotations

from html import escape

from cadastre.sentences import say
from cadastre.services.money.amounts import write_amount
from serving.provider.store import PaymentSession

STYLE = """
body { margin: 0; background: #f4f4f6; color: #1d1d22; font: 1rem/1.5 system-ui, sans-serif; }
header { padding: .75rem 1rem; background: #3c2a63; color: #fff; font-weight: 600; }
main { max-width: 34rem; margin: 1.5rem auto; padding: 1.5rem; background: #fff;
  border: 1px solid #c9c5d3; overflow-wrap: anywhere; }
.warning { padding: .75rem 1rem; border-left: 4px solid #8a5208; background: #f8ecd2; }
.amount { font-size: 2rem; font-weight: 700; margin: 0; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button, .button { min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid #3c2a63;
  background: #3c2a63; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
.second { background: #fff; color: #3c2a63; }
a { color: #3c2a63; }
"""


def payment_page(session: PaymentSession, behaviour: str) -> str:
    """Ask the payer, or say what was answered already."""
    language = session.language
    amount = escape(write_amount(session.amount, session.currency, language))
    body = (
        f'<p class="amount">{amount}</p><p>{escape(session.description)}</p>'
        f"<p><small>{say('provider.reference', language)} {escape(session.reference)}</small></p>"
    )
    if session.status == "open":
        body += (
            f'<form method="post" action="/pay/{session.id}">'
            f'<input type="hidden" name="behaviour" value="{escape(behaviour, quote=True)}">'
            f'<button name="answer" value="accept">{say("provider.accept", language)}</button>'
            f'<button name="answer" value="refuse" class="second">'
            f"{say('provider.refuse', language)}</button></form>"
        )
    else:
        address = escape(session.return_address, quote=True)
        body += (
            f"<p>{say('provider.was-' + session.status, language)}</p>"
            f'<p><a href="{address}">{say("provider.back", language)}</a></p>'
        )
    return frame(language, say("provider.title", language), body)


def missing_page(language: str) -> str:
    """Say that there is no such payment."""
    return frame(language, say("provider.missing", language), "")


def frame(language: str, title: str, body: str) -> str:
    """Put a page together; it says on top that no money moves."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/style.css"></head><body>'
        f"<header>{say('provider.name', language)}</header><main>"
        f'<p class="warning">{say("provider.simulated", language)}</p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
