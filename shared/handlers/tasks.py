"""What is said to tasks."""

from typing import Any

from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, Router
from shared.runtime.ids import quoted
from shared.tasks import messages as task_messages
from shared.tasks import task as tasks


def handlers() -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(tasks.TABLE, quoted(message.body.task), tasks.HEAD, f"change:{message.id}")

    return (
        Router(task_messages.CreateTask, tasks.create_task),
        Handler(task_messages.PutTask, tasks.Task, key, tasks.put_before, tasks.put_task, writes_first=True),
        Handler(task_messages.CloseTask, tasks.Task, key, tasks.close_task, tasks.close_unborn),
        Handler(task_messages.MoveTask, tasks.Task, key, tasks.move_task, tasks.move_unborn),
    )
