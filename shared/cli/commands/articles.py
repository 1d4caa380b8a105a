"""`carebus articles list`, `show`, `search` and `import`."""

from pathlib import Path
from typing import Annotated

import typer

from shared.cli.commands.options import AsJson, By, Seconds, Wait
from shared.cli.context import BUS, TABLES, Cli, stop

app = typer.Typer(no_args_is_help=True, help="See and search knowledge articles, and bring them in from files.")


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="draft, in_review, published or archived.")] = None,
    language: Annotated[str | None, typer.Option(help="Only in this language, such as en.")] = None,
    as_json: AsJson = False,
) -> None:
    """List articles, and for how many cases each was used.

    Example: `carebus articles list --state published`
    """
    from shared.cli import articles, output

    cli: Cli = context.obj
    found = cli.run(lambda services: articles.listed(services, state, language))
    columns = ("id", "language", "state", "edition", "linked", "solved", "product", "title")
    output.show(found, columns, as_json=as_json, nothing="No articles.")


@app.command()
def show(
    context: typer.Context,
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's id.")],
    as_json: AsJson = False,
) -> None:
    """Show an article as it is worked on, and when it was published.

    Example: `carebus articles show reset-sensor`
    """
    from shared.cli import articles, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    view, editions = cli.run(lambda services: articles.shown(services, article))
    found = plain(view)
    if as_json:
        output.dump({**found, "editions": [plain(each) for each in editions]})
        return
    body, translations = found.pop("body"), found.pop("translations")
    languages = ", ".join(f"{each['language']} {each['id']}" for each in translations)
    output.facts({**found, "keywords": ", ".join(found["keywords"]), "translations": languages})
    output.show([plain(each) for each in editions], ("n", "at", "by", "title"), nothing="It was never published.")
    typer.echo(f"\n{output.printable(body)}")


@app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help='Words, or a "phrase".')],
    language: Annotated[str, typer.Option(help="Only in this language and its regions, such as en.")] = "",
    product: Annotated[str, typer.Option(help="Only for this product.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Search what is published, the best first.

    Example: `carebus articles search reset sensor --language en`
    """
    from shared.cli import articles, output
    from shared.runtime.codec import plain

    cli: Cli = context.obj
    hits = cli.run(lambda services: articles.searched(services, " ".join(words), language, product, limit))
    found = [plain(hit) for hit in hits.items]
    if as_json:
        output.dump({"total": hits.total, "matched": hits.matched, "items": found})
        return
    for hit in found:
        hit["snippet"] = "".join(f"[{part['text']}]" if part["found"] else part["text"] for part in hit["snippet"])
    if hits.matched == "any" and found:
        typer.echo("None has all of the words; these have some:")
    renamed = [{**hit, "id": hit["article"]} for hit in found]
    output.show(renamed, ("score", "id", "language", "title", "snippet"), nothing="Nothing found.")
    if hits.total > len(found):
        typer.echo(f"{len(found)} of {hits.total}; --limit shows more.")


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Markdown files, in UTF-8.")],
    by: By = "operator",
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Bring articles in from Markdown files with a front matter: `id`, `title`, `language`, and as you like `keywords`,
    `product`, `author`, `state` (published or draft) and `translation_of`.

    Every file is checked first; if one is wrong, nothing is sent. What has not changed makes no new edition.

    Example: `carebus articles import articles/*.md --wait`
    """
    from shared.cli import articles
    from shared.definitions.faults import Invalid
    from shared.knowledge.markdown_file import read_articles

    try:
        bodies = read_articles([(str(file), file.read_bytes()) for file in files], by)
    except Invalid as invalid:
        stop(str(invalid))
    cli: Cli = context.obj
    patience = timeout if wait else None
    needs = (BUS, TABLES) if wait else (BUS,)
    refused = cli.run(lambda services: articles.brought(services, bodies, patience), needs=needs)
    if refused:
        stop("\n".join(refused))
    typer.echo(f"{len(bodies)} articles {'imported' if wait else 'sent; they are applied in a moment'}.")
