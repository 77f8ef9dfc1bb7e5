"""JSON routes, one module per resource."""

from api.routes import (
    batches,
    changes,
    documentation,
    entries,
    form_pages,
    health,
    identities,
    institutions,
    problem_pages,
    receipt_keys,
    records,
    search,
)

ROUTERS = (
    records.router,
    entries.router,
    changes.router,
    identities.router,
    search.router,
    batches.router,
    institutions.router,
    form_pages.router,
    receipt_keys.router,
    problem_pages.router,
    health.router,
    documentation.router,
)
