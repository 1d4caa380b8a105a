"""Options that several commands have."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until it is applied.")]
Seconds = Annotated[float, typer.Option("--timeout", min=0, help="Seconds to wait for with --wait.")]
Days = Annotated[int, typer.Option(min=1, max=366, help="How many days to look back.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
By = Annotated[str, typer.Option(help="Who does it.")]
