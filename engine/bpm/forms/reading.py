"""From form-js JSON to components, with every fault at once. What the server cannot render and check is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from engine.bpm.expressions import Expression, ExpressionError
from engine.bpm.expressions import compile as compile_expression
from engine.bpm.feel.numbers import exact
from engine.bpm.feel.tokens import KEYWORDS
from engine.bpm.forms.components import CHOICES, CONTAINERS, LAYOUT, TYPES, Bounds, Component, Level, level
from engine.bpm.forms.patterns import BY_VALIDATION_TYPE, PATTERNS
from engine.errors import Problem

MOST_COMPONENTS, MOST_DEPTH, MOST_ROWS, MOST_CHOICES, LONGEST = 300, 6, 200, 1_000, 20_000
PROPERTIES = frozenset(
    {
        "case",
        "ledger",
        "attachment",
        "unit_picker",
        "units_picker",
        "user_picker",
        "sensitive",
        "not_future",
        "after_today",
        "options_from",
        "pattern",
        "most_rows",
        "fresh",
    }
)
PICKERS = {"unit_picker": "units", "units_picker": "units", "user_picker": "users"}
_KEY = re.compile(r"[^\W\d_]\w{0,63}")


class Reading:
    """Reads the components of one form; ``problems`` gathers what is wrong."""

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.count = 0

    def problem(self, rule: str, raw: Mapping[str, Any], sentence: str) -> None:
        """Note a fault of the component ``raw``."""
        name = raw.get("label") or raw.get("dateLabel") or raw.get("key") or raw.get("path") or ""
        self.problems.append(Problem(rule, str(raw.get("id", "")), str(name)[:80], sentence, self.file))

    def level(self, raw: Any, owner: Mapping[str, Any], hides: tuple[Expression, ...] = (), depth: int = 0) -> Level:
        """The level that a list of components makes."""
        found, circular = level(self.components(raw, owner, hides, depth))
        twice = [key for key, times in Counter(component.key for component in found.fields).items() if times > 1]
        for key in twice:
            self.problem("form-key", owner, f"字段键“{key}”重复。")
        for component in circular if not twice else ():
            self.problem("form-circle", {"id": component.id, "label": component.label}, "隐藏条件互相引用成圈，或引用了自己。")
        return found

    def components(self, raw: Any, owner: Mapping[str, Any], hides: tuple[Expression, ...], depth: int) -> tuple[Component, ...]:
        """The components of a JSON list, without those that cannot be read."""
        if not isinstance(raw, list) or depth > MOST_DEPTH:
            self.problem("form-shape", owner, f"组件应当是列表，嵌套最多 {MOST_DEPTH} 层。")
            return ()
        return tuple(component for item in raw if (component := self._component(item, owner, hides, depth)))

    def _component(self, raw: Any, owner: Mapping[str, Any], hides: tuple[Expression, ...], depth: int) -> Component | None:
        self.count += 1
        if not isinstance(raw, dict) or self.count > MOST_COMPONENTS:
            self.problem("form-shape", owner, f"组件写法不对，或超过 {MOST_COMPONENTS} 个。")
            return None
        kind = str(raw.get("type"))
        if kind not in TYPES:
            self.problem("form-type", raw, f"不支持组件类型“{kind}”，请换成：{'、'.join(sorted(TYPES))}。")
            return None
        self._check_texts(raw)
        read = self._layout if kind in LAYOUT else self._container if kind in CONTAINERS else self._input
        return read(raw, hides + self._hide(raw), depth)

    def _check_texts(self, raw: Mapping[str, Any]) -> None:
        texts = ("label", "dateLabel", "timeLabel", "description", "text", "readonly", "disabled")
        for name in (name for name in texts if isinstance(raw.get(name), str) and raw[name].startswith("=")):
            self.problem("form-expression", raw, f"“{name}”里不能用表达式；只有隐藏条件（conditional.hide）可以。")
        for name in (name for name in ("valuesKey", "valuesExpression", "expression") if raw.get(name)):
            self.problem("form-expression", raw, f"不支持“{name}”；选项请写在 values 里，或用属性 options_from。")

    def _hide(self, raw: Mapping[str, Any]) -> tuple[Expression, ...]:
        text = _part(raw, "conditional").get("hide")
        if not text:
            return ()
        try:
            return (compile_expression(str(text)),)
        except ExpressionError as fault:
            self.problem("form-condition", raw, f"隐藏条件看不懂：{fault.sentence}")
            return ()

    def _layout(self, raw: Mapping[str, Any], hides: tuple[Expression, ...], _: int) -> Component:
        return Component(raw["type"], self._id(raw), text=str(raw.get("text") or ""), hides=hides, columns=_columns(raw))

    def _container(self, raw: Mapping[str, Any], hides: tuple[Expression, ...], depth: int) -> Component:
        repeats = raw["type"] == "dynamiclist"
        key = self._key(raw, "path") if repeats or raw.get("path") else ""
        inner = self.level(raw.get("components"), raw, () if key or repeats else hides, depth + 1) if key or repeats else None
        properties = self._properties(raw)
        if repeats and inner:
            self._check_rows(raw, inner)
        return Component(
            raw["type"],
            self._id(raw),
            key=key,
            label=str(raw.get("label") or ""),
            description=str(raw.get("description") or ""),
            hides=hides,
            properties=properties,
            components=inner.components if inner else self.components(raw.get("components"), raw, hides, depth + 1),
            level=inner,
            rows=self._number(raw, raw.get("defaultRepetitions"), 1, MOST_ROWS),
            most_rows=self._number(raw, properties.get("most_rows"), 50, MOST_ROWS),
            fixed_rows=raw.get("allowAddRemove") is False,
            columns=_columns(raw),
        )

    def _check_rows(self, raw: Mapping[str, Any], inner: Level) -> None:
        """Rows move when one is removed, so nothing in them may be kept from earlier by its place."""
        moves = raw.get("allowAddRemove") is not False
        if any(component.attachment or (component.locked and moves) for _, component in inner.walk()):
            self.problem("form-rows", raw, "动态列表里不能有附件；能增删行时也不能有只读字段。请移到列表外面。")

    def _input(self, raw: Mapping[str, Any], hides: tuple[Expression, ...], _: int) -> Component:
        kind, properties = raw["type"], self._properties(raw)
        validate, appearance = _part(raw, "validate"), _part(raw, "appearance")
        options_from = properties.get("options_from") or next((PICKERS[name] for name in PICKERS if _set(properties, name)), "")
        if options_from and kind not in CHOICES:
            self.problem("form-options", raw, f"由系统提供选项的字段要用 {'、'.join(sorted(CHOICES))}。")
        return Component(
            kind,
            self._id(raw),
            key=self._key(raw, "key"),
            label=self._label(raw),
            description=str(raw.get("description") or ""),
            subtype=self._subtype(raw) if kind == "datetime" else "",
            required=validate.get("required") is True,
            locked=raw.get("readonly") is True or raw.get("disabled") is True,
            default=raw.get("defaultValue"),
            hides=hides,
            choices=self._choices(raw) if kind in CHOICES and not options_from else (),
            options_from=options_from,
            bounds=self._bounds(raw, validate, properties),
            properties=properties,
            prefix=str(appearance.get("prefixAdorner") or ""),
            suffix=str(appearance.get("suffixAdorner") or ""),
            columns=_columns(raw),
        )

    def _id(self, raw: Mapping[str, Any]) -> str:
        return str(raw.get("id") or f"component-{self.count}")

    def _key(self, raw: Mapping[str, Any], name: str) -> str:
        key = raw.get(name)
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key in KEYWORDS:
            self.problem(
                "form-key", raw, f"字段键“{key}”不合法：以文字开头，只用文字、数字和下划线，最多 64 个字符，不能是表达式的关键字。"
            )
            return f"broken_{self.count}"
        return key

    def _label(self, raw: Mapping[str, Any]) -> str:
        label = raw.get("label") or raw.get("dateLabel") or raw.get("timeLabel")
        if not label:
            self.problem("form-label", raw, "字段要有名称（label），读屏软件靠它说明这一项。")
        return str(label or "")

    def _subtype(self, raw: Mapping[str, Any]) -> str:
        subtype = raw.get("subtype", "date")
        if subtype not in ("date", "time", "datetime"):
            self.problem("form-type", raw, "日期时间字段的 subtype 应当是 date、time 或 datetime。")
        return str(subtype)

    def _properties(self, raw: Mapping[str, Any]) -> Mapping[str, str]:
        given = _part(raw, "properties")
        for name in sorted(set(given) - PROPERTIES):
            self.problem("form-property", raw, f"不认识属性“{name}”；可用的有：{'、'.join(sorted(PROPERTIES))}。")
        return {name: str(value) for name, value in given.items()}

    def _choices(self, raw: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
        values = raw.get("values")
        given: list[Any] = values if isinstance(values, list) else []
        if not 0 < len(given) <= MOST_CHOICES or not all(
            isinstance(choice, dict) and isinstance(choice.get("value"), str | int) for choice in given
        ):
            self.problem("form-options", raw, "选项（values）要逐个写明 label 和 value；或用属性 options_from 由系统提供。")
            return ()
        texts = [str(choice["value"]) for choice in given]
        if "" in texts or len(set(texts)) != len(texts):
            self.problem("form-options", raw, "选项的 value 不能为空，也不能重复。")
        return tuple((choice["value"], str(choice.get("label") or choice["value"])) for choice in given)

    def _bounds(self, raw: Mapping[str, Any], validate: Mapping[str, Any], properties: Mapping[str, str]) -> Bounds:
        minimum, maximum = exact(_number(validate.get("min"))), exact(_number(validate.get("max")))
        shortest = self._number(raw, validate.get("minLength"), 0, LONGEST)
        longest = self._number(raw, validate.get("maxLength"), 500 if raw["type"] == "textfield" else 10_000, LONGEST)
        if shortest > longest or (minimum is not None and maximum is not None and minimum > maximum):
            self.problem("form-bounds", raw, "下限大于上限，谁也填不出来。")
        digits = raw.get("decimalDigits")
        return Bounds(
            min_length=shortest,
            max_length=longest,
            minimum=minimum,
            maximum=maximum,
            digits=None if digits is None else self._number(raw, digits, 0, 6),
            pattern=self._pattern(raw, validate, properties),
            not_past=raw.get("disallowPassedDates") is True,
        )

    def _pattern(self, raw: Mapping[str, Any], validate: Mapping[str, Any], properties: Mapping[str, str]) -> str:
        kind = validate.get("validationType")
        name = str(properties.get("pattern") or validate.get("pattern") or BY_VALIDATION_TYPE.get(str(kind), ""))
        if name and name not in PATTERNS:
            self.problem("form-pattern", raw, f"不能用正则表达式；请用属性 pattern 写明：{'、'.join(PATTERNS)}。")
            return ""
        return name

    def _number(self, raw: Mapping[str, Any], given: Any, otherwise: int, most: int) -> int:
        if given is None or given == "":
            return otherwise
        number = exact(_number(given))
        if not isinstance(number, int) or not 0 <= number <= most:
            self.problem("form-bounds", raw, f"“{given}”应当是 0 到 {most} 的整数。")
            return otherwise
        return number


def _number(given: Any) -> Any:
    return int(given) if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 10 else given


def _set(properties: Mapping[str, str], name: str) -> bool:
    return properties.get(name, "false").lower() not in ("", "false", "no")


def _columns(raw: Mapping[str, Any]) -> int:
    columns = _part(raw, "layout").get("columns")
    return columns if isinstance(columns, int) and not isinstance(columns, bool) and 1 <= columns <= 16 else 16


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, dict) else {}
