"""Who may do what: four roles, and the least that each route asks for; docs/phones.md has the table."""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, TypeVar

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
# What a server knows of a request besides the rest: the role of who asks.
ROLE = "smartselfie.role"


class Role(IntEnum):
    """Whoever asks; each may do what those before it may."""

    # was not let in: the door and one photo of a link
    STRANGER = 0
    # has the gallery's link: sees photos
    GUEST = 1
    # was let in, or stands in front of the booth: shoots and sees
    PHONE = 2
    # this machine, or the PIN: everything
    HOST = 3

    @property
    def word(self) -> str:
        """What it is called in JSON."""
        return self.name.lower()


def needs(role: Role) -> Callable[[Endpoint], Endpoint]:
    """Declare who may use a route; stands below the decorator that makes the function one."""

    def declare(endpoint: Endpoint) -> Endpoint:
        vars(endpoint)["needs"] = role
        return endpoint

    return declare


def role_of(scope: Scope) -> Role:
    """The role of who makes a request; whoever is the host by a PIN is told as what they are without."""
    role: Role = scope.get(ROLE, Role.STRANGER)
    return role


def needed_for(scope: Scope, routes: Iterable[BaseRoute]) -> Role:
    """What a request needs: the route's role, the host's where none is declared, a guest's where there is no route."""
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            declared: Role = getattr(getattr(route, "endpoint", None), "needs", Role.HOST)
            return declared
    return Role.GUEST
