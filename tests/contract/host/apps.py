"""Function apps that a test writes itself."""

import json
from pathlib import Path
from typing import Any

GOOD = """
@app.route(route="good")
async def good(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse()
"""


def write_app(folder: Path, *functions: str, **host_json: Any) -> Path:
    """A function app of these functions, and the one that is always right."""
    (folder / "host.json").write_text(json.dumps({"version": "2.0", **host_json}), encoding="utf-8")
    head = "import asyncio\nimport json\nimport azure.functions as func\napp = func.FunctionApp()\n"
    (folder / "function_app.py").write_text("\n".join([head, GOOD, *functions]), encoding="utf-8")
    return folder
