"""What the host answers over HTTP: the routes of the app, and its own under /admin."""
