"""A function app that shows what reached its functions; every test asks it, nothing else knows."""

import azure.functions as func
from http_functions import blueprint as http  # type: ignore[import-not-found]
from queue_functions import blueprint as queues  # type: ignore[import-not-found]
from timer_functions import blueprint as timers  # type: ignore[import-not-found]

app = func.FunctionApp()
app.register_functions(http)
app.register_functions(queues)
app.register_functions(timers)
