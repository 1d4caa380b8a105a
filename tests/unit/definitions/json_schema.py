"""As much of JSON Schema as our schemas use; an unknown keyword is an error, so that nothing passes unchecked."""

import re
from collections.abc import Mapping
from typing import Any

TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}
NOTES = {"$schema", "title", "description", "$defs"}


class JsonSchema:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def accepts(self, value: object) -> bool:
        return self._accepts(self._schema, value)

    def _accepts(self, schema: Mapping[str, Any], value: Any) -> bool:
        keywords = schema.keys() - NOTES
        return all(self._holds(keyword, schema[keyword], schema, value) for keyword in keywords)

    def _holds(self, keyword: str, wanted: Any, schema: Mapping[str, Any], value: Any) -> bool:
        match keyword:
            case "$ref":
                return self._accepts(self._schema["$defs"][wanted.removeprefix("#/$defs/")], value)
            case "oneOf":
                return sum(self._accepts(each, value) for each in wanted) == 1
            case "anyOf":
                return any(self._accepts(each, value) for each in wanted)
            case "type":
                return any(_is(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted))
            case "enum":
                return value in wanted
            case "const":
                return bool(value == wanted)
            case "pattern":
                return not isinstance(value, str) or re.search(wanted, value) is not None
            case "minimum":
                return not isinstance(value, int | float) or value >= wanted
            case "maximum":
                return not isinstance(value, int | float) or value <= wanted
            case "minItems":
                return not isinstance(value, list) or len(value) >= wanted
            case "maxItems":
                return not isinstance(value, list) or len(value) <= wanted
            case "items":
                return not isinstance(value, list) or all(self._accepts(wanted, item) for item in value)
            case "required" | "properties" | "additionalProperties" | "propertyNames":
                return not isinstance(value, dict) or self._object(keyword, wanted, schema, value)
        raise NotImplementedError(keyword)

    def _object(self, keyword: str, wanted: Any, schema: Mapping[str, Any], value: dict[str, Any]) -> bool:
        match keyword:
            case "required":
                return set(wanted) <= value.keys()
            case "properties":
                return all(self._accepts(wanted[key], value[key]) for key in wanted.keys() & value.keys())
            case "propertyNames":
                return all(self._accepts(wanted, key) for key in value)
        others = value.keys() - schema.get("properties", {}).keys()
        return not others if wanted is False else all(self._accepts(wanted, value[key]) for key in others)


def _is(value: object, type_: str) -> bool:
    return isinstance(value, TYPES[type_]) and (type_ == "boolean" or not isinstance(value, bool))
