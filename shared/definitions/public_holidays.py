"""Public holidays of countries and their parts, from the library `holidays`.

Its import and first year take most of a second: it is done by those who need a country, and each year once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4096)
def of_year(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """The names of a year's holidays, those moved to a working day included; raises NotImplementedError for an
    unknown country or subdivision."""
    from holidays import country_holidays

    return dict(country_holidays(country, subdiv=subdivision, years=year, expand=False))


def countries() -> Mapping[str, Sequence[str]]:
    """The subdivisions of each country that is known, by its ISO 3166 code."""
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)
