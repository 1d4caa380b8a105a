"""`carebus`: the command line of operators, deployments and scripts."""


def main() -> None:
    """Run the command line."""
    import logging

    from shared.cli.app import app

    # What goes wrong is told by the commands; the SDKs' own lines would only repeat it.
    logging.getLogger().addHandler(logging.NullHandler())
    app(prog_name="carebus")
