"""What somebody who is not known may be called in a mail of ours: anybody can put any words and links into From."""

import re
import unicodedata

LONGEST_NAME = 60
_NOT_OF_A_NAME = re.compile(r"[^\w.'-]")
_HOST = re.compile(r"\.\w{2}")
"""A dot inside of a word, which mail programs make a link of; initials have one letter."""


def greetable(name: str, address: str) -> str:
    """Return the name if it is one, else the beginning of the address: what we send may reach who never wrote to us."""
    if name and len(name) <= LONGEST_NAME and all(map(_is_of_a_name, name)) and not _HOST.search(name):
        return name
    local, at, _ = address.partition("@")
    return _NOT_OF_A_NAME.sub("", local.partition("+")[0]) or address if at else address


def _is_of_a_name(letter: str) -> bool:
    """Letters of any script, with the marks on them."""
    return letter in " .'’-" or unicodedata.category(letter)[0] in "LM"
