"""The model of `kmsgen.toml`: what it may say."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kmsgen.resources import Format

Word = Annotated[str, Field(pattern=r"^\S+$", max_length=2048)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-"), frozen=True)


class FailOn(_Table):
    """From when on an answer is a no."""

    lint: Literal["error", "warning", "note"] | None = None
    diff: Literal["gained", "lost", "any"] | None = None


class NeverTable(_Table):
    """A principal, by ARN, pattern or shorthand, that must not be able to call any of these actions."""

    principal: Word
    actions: Annotated[list[Word], Field(min_length=1)]


class OnlyTable(_Table):
    """The only principals that may be able to call any of these actions."""

    principals: Annotated[list[Word], Field(min_length=1)]
    actions: Annotated[list[Word], Field(min_length=1)]


class SettingsFile(_Table):
    """All of the file. Paths are relative to it; each question has a name."""

    intents: Annotated[list[str], Field(min_length=1)] | None = None
    out: str | None = None
    formats: Annotated[list[Annotated[Format, Field(strict=False)]], Field(min_length=1)] | None = None
    jobs: Annotated[int, Field(ge=1)] | None = None
    iam: Literal["attach", "write"] | None = None
    merge_iam: bool | None = None
    managed_policies: Annotated[int, Field(ge=1, le=20)] | None = None
    fail_on: FailOn = FailOn()
    never: dict[Name, NeverTable] = {}
    only: dict[Name, OnlyTable] = {}


TABLES: dict[str, type[BaseModel]] = {"fail-on": FailOn, "never": NeverTable, "only": OnlyTable}
