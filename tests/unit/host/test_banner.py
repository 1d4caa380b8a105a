from local.host.banner import functions_table, missing_keys, problems_block
from local.host.errors import Problem
from local.host.routes import Template
from local.host.schedule import Schedule
from local.host.triggers import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger, Trigger


def function(name: str, trigger: Trigger) -> Function:
    return Function(name, name, "it", trigger)


def http(level: AuthLevel = AuthLevel.FUNCTION) -> HttpTrigger:
    return HttpTrigger(Template.parse("api/orders/{id}"), frozenset({"POST", "GET"}), level)


def test_the_table_shows_what_triggers_each_function() -> None:
    functions = [
        function("tick", TimerTrigger(Schedule("0 * * * * *"), run_on_startup=False)),
        function("orders", http()),
        function("on_order", QueueTrigger("orders", "Bus")),
    ]
    assert functions_table(functions, "http://127.0.0.1:7071").splitlines()[2:5] == [
        "    on_order:  serviceBusTrigger orders",
        "    orders:    [GET,POST] http://127.0.0.1:7071/api/orders/{id}",
        "    tick:      timerTrigger 0 * * * * *",
    ]


def test_every_problem_has_its_line() -> None:
    block = problems_block([Problem("a", "first"), Problem("b", "second")])
    assert block.splitlines()[2:4] == ["    a: first", "    b: second"]


def test_guarded_functions_without_keys_are_warned_of() -> None:
    functions = [function("orders", http()), function("open", http(AuthLevel.ANONYMOUS))]
    assert "orders will answer 401" in (missing_keys(functions, []) or "")
    assert missing_keys(functions, ["default"]) is None
    assert missing_keys(functions[1:], []) is None
