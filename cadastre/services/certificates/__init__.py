"""Issue papers that anybody can check: laid out, signed apart, sealed, never silently replaced.

``sheets`` says what each kind states; ``paper`` lays it out; ``issuing`` signs and keeps it;
``titles`` does so for titles; ``checking`` tells the truth about one to whoever holds its code.
"""

from __future__ import annotations
