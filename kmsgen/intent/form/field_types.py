"""The types of the fields that users write: where one text may stand for a list, and what editors are offered for each.

pydantic builds its models from annotations that are no texts: each text would have to be evaluated.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, LiteralString

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kmsgen.arn import PARTITIONS
from kmsgen.intent.form.shorthand import as_text, digits, listed
from kmsgen.intent.form.words import CONSTRAINTS, DELEGATIONS, IAM_WAYS, KEY_POLICIES, NAME, RESOURCE_TYPES, VERSION

Schema = dict[str, Any]


class OneOrMore:
    """Marks a list for which a single text may stand."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's hook
        """Wrap a single text before the list is checked."""
        return core_schema.no_info_before_validator_function(listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the item beside the list."""
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


class OneLineOrMore(OneOrMore):
    """Marks a list of lines for which a single text may stand, as for a line; a mapping is no list of one."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer a text beside the list."""
        return {"anyOf": [{"type": "string"}, handler(schema)]}


class OneListOrByWord:
    """Marks lists by word, for which one list, or a single text, may stand."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's hook
        """Choose by what was written: pydantic's own unions put a step of their own into the place of a problem."""
        lists = handler.generate_schema(Annotated[dict[str, Texts], Field(min_length=1)])
        return core_schema.no_info_wrap_validator_function(_by_word, lists)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the item and the list beside the lists by word."""
        by_word = handler(schema)
        return {"anyOf": [*by_word["additionalProperties"]["anyOf"], by_word]}


class FewWords:
    """Marks a text that is one of a few words; another one is found under a code of its own, with the words."""

    def __init__(self, code: LiteralString, *words: str) -> None:
        self._code = code
        self._words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's hook
        """Look at the text once it is known to be one."""
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the words."""
        return {**handler(schema), "enum": list(self._words)}

    def _known(self, text: str) -> str:
        if text not in self._words:
            raise PydanticCustomError(self._code, "expected one of a few words", {"words": self._words})
        return text


class TextForm:
    """Marks a text of a form, a pattern from its beginning to its end; another one is found under a code of its own."""

    def __init__(self, code: LiteralString, form: re.Pattern[str]) -> None:
        self._code = code
        self._form = form

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's hook
        """Look at the text once it is known to be one."""
        return core_schema.no_info_after_validator_function(self._fitting, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the pattern."""
        return {**handler(schema), "pattern": "^" + self._form.pattern.replace(r"\Z", "$")}

    def _fitting(self, text: str) -> str:
        if not self._form.match(text):
            raise PydanticCustomError(self._code, "expected a text of another form")
        return text


def _by_word(value: object, lists: Callable[[object], object]) -> object:
    return lists(value) if isinstance(value, dict) else _texts().validate_python(value)


@cache
def _texts() -> TypeAdapter[list[str]]:
    return TypeAdapter(Texts, config=ConfigDict(strict=True))


class NumberWithin:
    """Marks a whole number within limits, bare or as a text; another one is found under a code of its own."""

    def __init__(self, code: LiteralString, low: int, high: int) -> None:
        self._code = code
        self._low, self._high = low, high

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's hook
        """Look at the number that the digits of a text mean too."""
        number = core_schema.no_info_before_validator_function(digits, handler(source))
        return core_schema.no_info_after_validator_function(self._within, number)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the limits."""
        number = {"type": "integer", "minimum": self._low, "maximum": self._high}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,6}$"}]}

    def _within(self, number: int) -> int:
        if not self._low <= number <= self._high:
            raise PydanticCustomError(self._code, "expected another number", {"number": number})
        return number


# a text that an editor's YAML parser may take for a number
FreeText = Annotated[str, WithJsonSchema({"type": ["string", "number"]})]
ConditionValue = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
RotationDays = Annotated[int, NumberWithin("rotation-days", 90, 2560)]
DeletionDays = Annotated[int, NumberWithin("deletion-window", 7, 30)]
Texts = Annotated[list[str], Field(min_length=1), OneOrMore()]
OnlyOn = Annotated[list[Annotated[str, FewWords("resource-type", *RESOURCE_TYPES)]], Field(min_length=1), OneOrMore()]
ConstraintWords = Annotated[list[Annotated[str, FewWords("grant-constraint", *CONSTRAINTS)]], Field(min_length=1), OneOrMore()]
FreeTexts = Annotated[list[FreeText], Field(min_length=1), OneOrMore()]
ConditionValues = Annotated[list[ConditionValue], Field(min_length=1), OneOrMore()]
Name = Annotated[str | None, WithJsonSchema({"type": "string"})]
Version = Annotated[str, FewWords("unsupported-version", VERSION), WithJsonSchema({"enum": [1, "1"]})]
IntentName = Annotated[str, TextForm("intent-name", NAME)]
KeyPolicyWay = Annotated[str, FewWords("unknown-key-policy", *KEY_POLICIES)]
Delegation = Annotated[str, FewWords("unknown-delegation", *DELEGATIONS)]
IamWay = Annotated[str, FewWords("unknown-iam", *IAM_WAYS)]
Partition = Annotated[str, FewWords("unknown-partition", *PARTITIONS)]
AccountId = Annotated[str, WithJsonSchema({"type": ["string", "integer"], "minimum": 0, "maximum": 999999999999})]
AccountIds = Annotated[list[AccountId], Field(min_length=1), OneOrMore()]
ByWord = Annotated[list[str] | dict[str, Texts], OneListOrByWord()]
