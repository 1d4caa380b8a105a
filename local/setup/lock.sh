#!/bin/sh
# Renew what pins everything below the direct dependencies: a fresh environment is made and read off.
set -eu

header='# Every version below requirements*.txt, from '"'pip freeze'"' of a tested environment. Renew: make lock'
python=$(local/setup/find_python.sh)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT INT TERM

# Without the constraints of today, or nothing would ever be renewed.
cat requirements.txt requirements-dev.txt | grep -v -e '^-' >"$fresh/direct.txt"
"$python" -m venv "$fresh/venv"
"$fresh/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$fresh/direct.txt"
{
    echo "$header"
    "$fresh/venv/bin/pip" freeze
} >"$fresh/constraints.txt"
mv "$fresh/constraints.txt" constraints.txt
npm install --package-lock-only --no-audit --no-fund --loglevel=error
echo "Renewed constraints.txt and package-lock.json. Run 'make check test' before you commit them."
