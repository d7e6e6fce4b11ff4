"""Acme as a WSGI service: ``GET /DE-2041`` answers what the order costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from acme.core import Order, OrderId
from acme.pricing import discounted, shipping
from acme.storage import OrderStore

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["Service"]


class Service:
    """A WSGI application over one store."""

    def __init__(self, store: OrderStore) -> None:
        self._store = store

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, body = self.answer(str(environ.get("PATH_INFO", "")).strip("/"))
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [body.encode()]

    def answer(self, number: str) -> tuple[str, str]:
        """The status and the body for the order of this number."""
        try:
            order = self._store.load(OrderId(number))
        except ValueError as error:
            return "400 Bad Request", str(error)
        except KeyError:
            return "404 Not Found", f"no order {number}"
        return "200 OK", _priced(order)


def _priced(order: Order) -> str:
    return f"{discounted(order)} + {shipping(order)}"
