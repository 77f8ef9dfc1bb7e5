"""JSON routes, one module per resource."""

from api.routes import (
    amendments,
    batches,
    changes,
    contributions,
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
    sequels,
)

ROUTERS = (
    records.router,
    entries.router,
    sequels.router,
    contributions.router,
    changes.router,
    amendments.router,
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
