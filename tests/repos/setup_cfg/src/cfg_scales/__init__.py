"""Temperatures between scales."""

from __future__ import annotations

__all__ = ["to_celsius"]


def to_celsius(fahrenheit: float) -> float:
    """Degrees Celsius of degrees Fahrenheit."""
    return (fahrenheit - 32) * 5 / 9
