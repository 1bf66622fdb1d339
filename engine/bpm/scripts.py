"""SpiffWorkflow's script engine, reduced to FEEL expressions: nothing is ever executed."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.errors import Invalid


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates with engine.bpm.expressions, refuses scripts and calls."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """The value of a FEEL expression for a token."""
        return task.evaluate(expression)

    def execute(self, task: Any, script: str, external_context: Any = None) -> Any:
        """Refused: raises Invalid."""
        raise Invalid("流程图里不能写脚本，请改为服务任务或决策表。")

    def call_service(self, task: Any, **_: Any) -> Any:
        """Refused: raises Invalid; operations are performed by the world."""
        raise Invalid("流程图里不能直接调用外部服务，请使用操作表里的操作。")


FEEL = FeelEngine()
