// All tests in one process: `SERVICEBUS_CONNECTION=... node all.mjs`.
import "./messages.mjs";
import "./errors.mjs";
import "./sessions.mjs";
