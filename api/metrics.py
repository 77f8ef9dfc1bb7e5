"""Counters for the operator. Labels are routes, methods, status and problem codes; never an id."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.service import Service
from api.views import ViewMetrics

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class _Queue(Collector):
    """What is waiting to be stored at this moment."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        name = "lifelong_appends_waiting"
        yield GaugeMetricFamily(name, "Appends in the queue", value=self._service.opened.recorder.waiting)


class Metrics:
    """The metrics of one application; a registry of its own, so that two may live in one process."""

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Queue(service))
        self._registry.register(ViewMetrics(service))
        self._seconds = Histogram(
            "lifelong_request_seconds",
            "Time to answer",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._answers = Counter(
            "lifelong_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._problems = Counter("lifelong_problems", "Problems told", ("code",), registry=self._registry)
        self._refused_tokens = Counter(
            "lifelong_tokens_refused",
            "Tokens refused, and requests without one",
            ("reason",),
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float, problem: str | None) -> None:
        """Count one answer. route: the template, such as /v1/records/{record_id}."""
        self._seconds.labels(method, route).observe(seconds)
        self._answers.labels(method, route, str(status)).inc()
        if problem:
            self._problems.labels(problem).inc()

    def refused_token(self, reason: str) -> None:
        """Count one token that proved nobody. reason: one of those in api.auth."""
        self._refused_tokens.labels(reason).inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)
