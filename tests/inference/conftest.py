"""Hypothesis without a clock: a busy machine makes no test fail."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "no clock",
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("no clock")
