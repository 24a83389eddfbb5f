"""Figures of different applications can be told apart, whatever they are called."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from operations.upkeep.of_application import OfApplication


def _served(figures: CollectorRegistry, role: str) -> str:
    served = CollectorRegistry()
    served.register(OfApplication(figures, role))
    return generate_latest(served).decode()


def test_every_sample_says_whose_it_is_and_keeps_what_it_said() -> None:
    figures = CollectorRegistry()
    Counter("letters", "Letters.", ("topic",), registry=figures).labels("a").inc(3)
    Histogram("age", "Age.", buckets=(1,), registry=figures).observe(0.5)
    text = _served(figures, "products")
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert 'letters_total{application="products",topic="a"} 3.0' in samples
    assert 'age_bucket{application="products",le="1.0"} 1.0' in samples
    assert all('application="products"' in sample for sample in samples)


def test_being_asked_twice_changes_nothing() -> None:
    figures = CollectorRegistry()
    Counter("letters", "Letters.", registry=figures).inc()
    assert _served(figures, "receipts").count("application=") == _served(figures, "receipts").count(
        "application="
    )
