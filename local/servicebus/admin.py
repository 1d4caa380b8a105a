"""The admin port: whether the broker is up, and what its queues hold."""

from aiohttp import web

from local.servicebus.broker import Broker


def build_admin(broker: Broker) -> web.Application:
    """Return the application: `GET /health`, as the official emulator has it, and `GET /queues`."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def queues(_: web.Request) -> web.Response:
        counts = {name: report._asdict() for name, report in broker.reports().items()}
        return web.json_response({"queues": counts})

    app = web.Application()
    app.add_routes([web.get("/health", health), web.get("/queues", queues)])
    return app
