from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.host.app import App
from local.host.banner import functions_table, missing_keys, problems_block, start_screen
from local.host.errors import Problem
from local.host.hostjson import HostJson
from local.host.timing.schedule import Schedule
from local.host.triggers import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger, Trigger
from local.host.web.routes import Template


def function(name: str, trigger: Trigger) -> Function:
    return Function(name, name, "it", trigger)


def http(level: AuthLevel = AuthLevel.FUNCTION) -> HttpTrigger:
    return HttpTrigger(Template.parse("api/orders/{id}"), frozenset({"POST", "GET"}), level)


def app(*functions: Function, unused: tuple[str, ...] = (), keys: tuple[str, ...] = ()) -> App:
    return App(Path(), functions, HostJson(unused=unused), dict.fromkeys(keys, "x"))


def test_the_table_shows_what_triggers_each_function_in_groups() -> None:
    now = datetime(2026, 11, 24, 16, 59, 30, tzinfo=UTC)
    following = (now + timedelta(seconds=30)).astimezone()
    table = functions_table(
        app(
            function("tick", TimerTrigger(Schedule("0 * * * * *"), run_on_startup=False)),
            function("orders", http()),
            function("open", http(AuthLevel.ANONYMOUS)),
            function("on_order", QueueTrigger("orders", "Bus")),
            function("on_many", QueueTrigger("many", "Bus", many=True)),
        ),
        "http://127.0.0.1:7071",
        now,
    )
    assert table.splitlines() == [
        "Functions:",
        "",
        "  HTTP",
        "    open:    [GET,POST] http://127.0.0.1:7071/api/orders/{id}",
        "    orders:  [GET,POST] http://127.0.0.1:7071/api/orders/{id}  (function key)",
        "",
        "  Queues",
        "    on_many:   many, in batches of up to 1000",
        "    on_order:  orders, up to 16 at once",
        "",
        "  Timers",
        f"    tick:  0 * * * * *, next {following:%a %d %b %H:%M:%S %Z}",
    ]


def test_the_screen_ends_with_what_to_know_beside() -> None:
    screen = start_screen(app(function("orders", http()), unused=("retry",)), "http://x", datetime.now(UTC))
    assert screen.splitlines()[-2:] == [
        "No 'Keys' in the settings file: orders, /admin/... will answer 401 to everybody.",
        "Without effect here, from host.json: retry.",
    ]
    quiet = start_screen(app(function("orders", http()), keys=("default",)), "http://x", datetime.now(UTC))
    assert quiet.endswith("(function key)\n")


def test_every_problem_has_its_line() -> None:
    block = problems_block([Problem("a", "first"), Problem("b", "second")])
    assert block.splitlines()[2:4] == ["    a: first", "    b: second"]


def test_what_nobody_can_call_without_keys_is_warned_of() -> None:
    functions = [function("orders", http()), function("open", http(AuthLevel.ANONYMOUS))]
    assert "file: orders, /admin/... will answer 401" in (missing_keys(functions, []) or "")
    assert missing_keys(functions, ["default"]) is None
    assert "file: /admin/... will answer 401" in (missing_keys(functions[1:], []) or "")
