"""Who may do what on the portal: everybody everything; what belongs to one case leads to the tracking page without its code."""

from __future__ import annotations

from tests.webapp.routes import PUBLIC, Row

ROWS = [
    Row("GET", "/portal", PUBLIC),
    Row("GET", "/portal/submit", PUBLIC),
    Row("POST", "/portal/submit", PUBLIC, 422),
    Row("GET", "/portal/done", PUBLIC, 302),
    Row("GET", "/portal/track", PUBLIC),
    Row("POST", "/portal/track", PUBLIC, 422),
    Row("GET", "/portal/case", PUBLIC, 302),
    Row("GET", "/portal/case/letters/99999", PUBLIC, 302),
    Row("POST", "/portal/case/rate", PUBLIC, 302),
    Row("POST", "/portal/case/supplement", PUBLIC, 302),
    Row("POST", "/portal/case/withdraw", PUBLIC, 302),
    Row("POST", "/portal/forget", PUBLIC, 302),
    Row("GET", "/portal/statistics", PUBLIC),
]
