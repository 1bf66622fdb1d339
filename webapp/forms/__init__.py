"""Forms on pages: what a browser sent becomes answers, and a form becomes HTML (``templates/forms/form.html``).

``compile(schema)`` gives a PageForm; ``form.bind(request.form, initial, functions, choices=…, files=…)`` a Bound, which the macro
``render(bound, refresh_url)`` draws. The schema is read and the answers are checked by ``engine.bpm.forms``.
"""

from __future__ import annotations

from webapp.forms.bound import Bound, PageForm, compile
from webapp.forms.controls import Control, Row
from webapp.forms.texts import shown

__all__ = ["Bound", "Control", "PageForm", "Row", "compile", "shown"]
