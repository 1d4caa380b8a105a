#!/bin/sh
# Print the command of a Python that is 3.13 or newer and can make virtual environments, or say how to get one.
# It is looked for where people have it: $PYTHON, the PATH, pyenv's versions; last, uv may fetch one.
set -u

fits() {
    # A pyenv shim exists for every version that was ever installed, and fails when run: only running it tells.
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1
}

candidates() {
    [ -z "${PYTHON:-}" ] || echo "$PYTHON"
    command -v python3.13
    command -v python3
    command -v python
    for root in "${PYENV_ROOT:-$HOME/.pyenv}" "$HOME/.local/share/uv/python"; do
        ls -d "$root"/versions/3.13*/bin/python3.13 "$root"/*3.13*/bin/python3.13 2>/dev/null
    done
}

from_uv() {
    command -v uv >/dev/null || return 1
    echo "Fetching Python 3.13 with uv ..." >&2
    uv python install --quiet 3.13 >&2 && uv python find 3.13
}

first_that_fits() {
    while IFS= read -r python; do
        if fits "$python"; then
            echo "$python"
            return 0
        fi
    done
    return 1
}

candidates | first_that_fits && exit 0
from_uv | first_that_fits && exit 0

cat >&2 <<'HELP'
Python 3.13 or newer is missing (with its modules venv and ensurepip). One of these installs it:
    pyenv install 3.13
    uv python install 3.13
    sudo apt-get install python3.13 python3.13-venv      (Debian 13, Ubuntu 25.04 and newer)
    brew install python@3.13
Another place: make PYTHON=/path/to/python3.13 ...
HELP
exit 1
