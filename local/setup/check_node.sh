#!/bin/sh
# Say what is missing where Node.js is older than 20 or not there: Azurite, the local Table storage, runs on it.
set -u

if ! command -v node >/dev/null || ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    echo "Node.js 20 or newer is missing ($(node --version 2>/dev/null || echo 'no node found'))." >&2
elif ! command -v npm >/dev/null; then
    echo "npm is missing, though Node.js is there." >&2
else
    exit 0
fi
cat >&2 <<'HELP'
One of these installs both:
    sudo apt-get install nodejs npm      (Debian 13, Ubuntu 25.04 and newer)
    brew install node
    nvm install 22
HELP
exit 1
