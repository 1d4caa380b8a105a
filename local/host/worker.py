"""Microsoft's worker library, the one that runs functions in the cloud, taken in without its protobuf edge.

The only module that imports `azure_functions_runtime`, which keeps its state in module globals: one app a process.
"""

import asyncio
import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from azure_functions_runtime import handle_event, loader, start_threadpool_executor, stop_threadpool_executor
from azure_functions_runtime.bindings.meta import load_binding_registry
from azure_functions_runtime.native_invocation import invocation_request_native

from local.host.datum import Datum
from local.host.errors import AppError, ConfigError, Problem
from local.host.hostjson import HostJson
from local.host.triggers import Function, read_trigger

SCRIPT = "function_app.py"
_LIST_ADVICE = "Write typing.List[...]: the worker library knows no list[...]"


class InvocationError(Exception):
    """A function raised, or what it returned cannot be sent; `trace` is for the log, never for a caller."""

    def __init__(self, function: str, reason: str, trace: str) -> None:
        super().__init__(f"{function} failed: {reason}")
        self.function, self.reason, self.trace = function, reason, trace


class _Record(SimpleNamespace):
    """Stands in for a protobuf message: takes any field, keeps it."""


class _BindingInfo(_Record):
    """The constants that indexing compares with; `in` is a Python keyword and never read by name."""

    out, inout, undefined = 1, 2, 0


_PROTOS = SimpleNamespace(BindingInfo=_BindingInfo, RpcFunctionMetadata=_Record, RpcRetryOptions=_Record)


@contextmanager
def running_worker() -> Iterator[None]:
    """Start the library: its binding converters, and the threads that run functions which are not async."""
    handle_event.protos = _PROTOS
    load_binding_registry()
    start_threadpool_executor()
    try:
        yield
    finally:
        stop_threadpool_executor()


def index(app: Path, host_json: HostJson, environment: Mapping[str, str]) -> list[Function]:
    """Every function of the app; AppError names all that cannot be indexed, with the real reason."""
    _import_script(app)
    try:
        indexed = loader.index_function_app(str(app / SCRIPT))
    except ValueError as error:  # no app, two apps, two functions of a name, a function without a trigger
        raise AppError([Problem(SCRIPT, str(error))]) from error
    if not indexed:
        raise AppError([Problem(SCRIPT, "registers no functions")])
    functions, problems = [], []
    for function in indexed:
        try:
            functions.append(_index_one(function, app, host_json, environment))
        except Exception as error:  # a signature can be wrong in any way
            problems.append(Problem(_place(function), _reason(error)))
    if problems:
        raise AppError(problems)
    return functions


async def invoke(
    function: Function, trigger: Datum, metadata: Mapping[str, Datum], trace_parent: str = ""
) -> Datum | None:
    """What the function returns, as the host gets it; InvocationError if it failed or took too long.

    Call it in a task of its own: context variables that a function sets must not reach the next invocation.
    """
    inputs = [(function.parameter, trigger)]
    seconds = function.timeout.total_seconds() if function.timeout else None
    try:
        async with asyncio.timeout(seconds):
            succeeded, returned, _, reason, trace = await invocation_request_native(
                str(uuid4()), function.id, inputs, metadata, trace_parent
            )
    except TimeoutError:
        raise InvocationError(function.name, f"functionTimeout: it took more than {function.timeout}", "") from None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise InvocationError(function.name, "CancelledError", traceback.format_exc()) from None
    if not succeeded:
        raise InvocationError(function.name, reason, trace)
    result: Datum | None = returned
    return result


def _import_script(app: Path) -> None:
    if not (app / SCRIPT).exists():
        raise AppError([Problem(SCRIPT, f"not found in {app}")])
    sys.path.insert(0, str(app))
    try:
        importlib.import_module(Path(SCRIPT).stem)
    except Exception as error:
        raise AppError([Problem(_origin(error, app), _reason(error))]) from error


def _index_one(indexed: Any, app: Path, host_json: HostJson, environment: Mapping[str, str]) -> Function:
    results, _ = loader.process_indexed_function(_PROTOS, handle_event._functions, [indexed], str(app))  # noqa: SLF001
    (metadata,) = results
    bindings: Sequence[Mapping[str, Any]] = [json.loads(binding) for binding in metadata.raw_bindings]
    parameter, trigger = read_trigger(bindings, host_json.http.route_prefix, environment)
    timeout = host_json.function_timeout
    return Function(metadata.name, metadata.function_id, parameter, trigger, timeout, tuple(bindings))


def _place(indexed: Any) -> str:
    code = inspect.unwrap(indexed.get_user_function()).__code__
    return f"{indexed.get_function_name()} ({Path(code.co_filename).name}:{code.co_firstlineno})"


def _origin(error: Exception, app: Path) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(app)]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    return f"{Path(frames[-1].filename).relative_to(app)}:{frames[-1].lineno}" if frames else SCRIPT


def _reason(error: Exception) -> str:
    if isinstance(error, ConfigError):
        return str(error)
    reason = f"{type(error).__name__}: {error}"
    return f"{reason}. {_LIST_ADVICE}" if " annotation list" in reason else reason
