"""Carebus as Azure Functions: every function lives in `functions/`, in the module of its concern."""

import azure.functions as func

from functions import api, cases, contacts, deliveries, events, intake, journeys, pages, sla

app = func.FunctionApp()
for concern in (events, intake, journeys, cases, sla, deliveries, contacts, pages, api):
    app.register_functions(concern.blueprint)
