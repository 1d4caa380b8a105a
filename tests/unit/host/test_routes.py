import pytest

from local.host.errors import ConfigError
from local.host.web.routes import MethodNotAllowed, Route, RouteTable, Template, split_path


def table(*routes: str) -> RouteTable[str]:
    """A table of routes, each like `GET,PUT api/x` or `api/x` for all methods; the target is the text."""
    return RouteTable(route(text) for text in routes)


def route(text: str) -> Route[str]:
    methods, _, template = text.rpartition(" ")
    return Route(Template.parse(template), frozenset(filter(None, methods.split(","))), text)


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("api/cases", "/api/cases", {}),
        ("api/cases", "/API/Cases/", {}),
        ("", "/", {}),
        ("cases/{id}", "/cases/a%20b", {"id": "a b"}),
        ("cases/{id}", "/cases/a%2Fb", {"id": "a%2Fb"}),
        ("cases/{id:int}", "/cases/-7", {"id": "-7"}),
        ("cases/{id:int}/items/{item?}", "/cases/7/items", {"id": "7"}),
        ("cases/{id:int}/items/{item?}", "/cases/7/items/x", {"id": "7", "item": "x"}),
        ("pages/{number=1}", "/pages", {"number": "1"}),
        ("pages/{number:int=1}", "/pages/4", {"number": "4"}),
        ("files/{*rest}", "/files/a/b.txt", {"rest": "a/b.txt"}),
        ("files/{**rest}", "/files", {}),
        ("{*rest}", "/", {}),
        ("files/{name}.{extension}", "/files/a.b.txt", {"name": "a.b", "extension": "txt"}),
    ],
)
def test_a_path_of_the_route_gives_its_parameters(template: str, path: str, values: dict[str, str]) -> None:
    assert Template.parse(template).match(split_path(path)) == values


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("api/cases", "/api/cases/7"),
        ("api/cases", "/api"),
        ("cases/{id}", "/cases"),
        ("cases/{id}", "/cases//"),
        ("cases/{id:int}", "/cases/seven"),
        ("cases/{id:int}", "/cases/99999999999"),
        ("cases/{id:int:min(5)}", "/cases/4"),
        ("files/{name}.{extension}", "/files/plain"),
    ],
)
def test_a_path_of_another_route_does_not_match(template: str, path: str) -> None:
    assert Template.parse(template).match(split_path(path)) is None


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("cases/{id", "cannot be read"),
        ("cases/{id:colour}", "'colour' is not known"),
        ("cases/{id:min(x)}", "wrong arguments"),
        ("cases/{id:int(4)}", "wrong arguments"),
        ("{*rest}/more", "nothing may follow"),
        ("{id}-{id}", "parameter names"),
        ("admin/users", "belongs to the host"),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_its_text(template: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as refusal:
        Template.parse(template)
    assert repr(template) in str(refusal.value)


@pytest.mark.parametrize("order", [1, -1])
def test_the_most_specific_route_wins_in_whatever_order_they_come(order: int) -> None:
    routes = table(*["x/latest", "x/{id:int}", "x/{name}", "x/{*rest}", "{*rest}"][::order])
    targets = [routes.find("GET", path) for path in ("/x/latest", "/x/7", "/x/seven", "/x/7/8", "/y")]
    assert targets == [
        ("x/latest", {}),
        ("x/{id:int}", {"id": "7"}),
        ("x/{name}", {"name": "seven"}),
        ("x/{*rest}", {"rest": "7/8"}),
        ("{*rest}", {"rest": "y"}),
    ]


def test_a_route_with_another_method_leaves_the_request_to_a_less_specific_one() -> None:
    routes = table("GET x/{id}", "DELETE x/{name}", "POST x/{*rest}")
    assert routes.find("DELETE", "/x/1") == ("DELETE x/{name}", {"name": "1"})
    assert routes.find("POST", "/x/1") == ("POST x/{*rest}", {"rest": "1"})


def test_a_method_that_no_route_of_the_path_has_names_those_that_would_do() -> None:
    routes = table("GET,PUT x/{id}", "POST x/{id:int}")
    assert routes.find("DELETE", "/x/1") == MethodNotAllowed(frozenset({"GET", "PUT", "POST"}))
    assert routes.find("DELETE", "/x/one") == MethodNotAllowed(frozenset({"GET", "PUT"}))


def test_a_path_of_no_route_is_found_nowhere() -> None:
    assert table("GET x").find("GET", "/y") is None
