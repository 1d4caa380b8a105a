"""Timer functions of the sample app."""

import asyncio

import azure.functions as func

blueprint = func.Blueprint()
ticked = asyncio.Event()


@blueprint.timer_trigger(arg_name="timer", schedule="%TICK_SCHEDULE%")
async def on_tick(timer: func.TimerRequest) -> None:
    ticked.set()


@blueprint.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
async def on_start(timer: func.TimerRequest) -> None:
    print('{"action": "started"}', flush=True)


@blueprint.timer_trigger(arg_name="timer", schedule="0 0 0 29 2 *")
async def on_leap_day(timer: func.TimerRequest) -> None:
    print(f"leap day, past due: {timer.past_due}", flush=True)


@blueprint.route(route="ticked", auth_level=func.AuthLevel.ANONYMOUS)
async def has_ticked(req: func.HttpRequest) -> func.HttpResponse:
    """Answers once the timer has run."""
    await ticked.wait()
    return func.HttpResponse("ticked")
