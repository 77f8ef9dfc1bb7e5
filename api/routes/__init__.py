"""JSON routes, one module per resource."""

from api.routes import health

ROUTERS = (health.router,)
