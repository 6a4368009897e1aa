"""AWS session by boto3, which can send reads only; throttled requests are sent again.

Source: Boto3 documentation, Session, Retries (standard mode), AssumeRole.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from kmsgen.errors import Location, input_error
from kmsgen.sources.live.failures import failure, no_answer
from kmsgen.sources.live.reads import READS

ATTEMPTS = 10
MAX_ATTEMPTS = "AWS_MAX_ATTEMPTS"
"""The variable by which users bound the attempts of every AWS tool (AWS SDKs and Tools guide, Retry behavior)."""
_SESSION_NAME = "kmsgen"
_OF_EVERY_ANSWER = "ResponseMetadata"


class SignIn(NamedTuple):
    """How to reach AWS: profile, Region, another endpoint than AWS's, and a role to assume."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None


class Session:
    """Sends calls to AWS; whatever is answered instead of data is raised as AwsError."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._clients: dict[tuple[str, str | None], Any] = {}

    def __reduce__(self) -> tuple[type[Session], tuple[SignIn]]:
        """Pickle the sign-in only: another process makes its own connections."""
        return Session, (self._sign_in,)

    def call(self, service: str, operation: str, about: str = "", region: str | None = None, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API has them
        """Send one call and return its answer. Raises AwsError."""
        answer = dict(self._run(service, operation, about, region, lambda method, _: method(**parameters)))
        if not answer.keys() - {_OF_EVERY_ANSWER}:
            raise no_answer(f"{service}:{operation}", about)
        return answer

    def listed(
        self,
        service: str,
        operation: str,
        member: str,
        about: str = "",
        region: str | None = None,
        **parameters: Any,  # noqa: ANN401 - as the API has them
    ) -> list[Any]:
        """Return the items of one member on all pages of a call. Raises AwsError."""
        pages = self.pages(service, operation, about, region, **parameters)
        if not all(member in page for page in pages):
            raise no_answer(f"{service}:{operation}", about)
        return [item for page in pages for item in page[member] or ()]

    def pages(
        self,
        service: str,
        operation: str,
        about: str = "",
        region: str | None = None,
        **parameters: Any,  # noqa: ANN401 - as the API has them
    ) -> list[dict[str, Any]]:
        """Return all pages of a call. Raises AwsError."""

        def all_pages(_method: Any, paginator: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the SDK has no types
            return list(paginator().paginate(**parameters))

        return list(self._run(service, operation, about, region, all_pages))

    def _run(self, service: str, operation: str, about: str, region: str | None, send: Any) -> Any:  # noqa: ANN401 - the SDK has no types
        if operation not in READS[service]:
            raise ValueError(f"{service}:{operation} is no read")
        try:
            client = self._client(service, region)
            name = _method_name(operation)
            return send(getattr(client, name), lambda: client.get_paginator(name))
        except self._errors as error:
            raise failure(error, f"{service}:{operation}", about) from None

    def _client(self, service: str, region: str | None) -> Any:  # noqa: ANN401 - the SDK has no types
        if (service, region) not in self._clients:
            self._clients[service, region] = self._new_client(self._signed_in, service, region)
        return self._clients[service, region]

    def _new_client(self, session: Any, service: str, region: str | None) -> Any:  # noqa: ANN401 - as above
        retries = {"mode": "standard", "max_attempts": _attempts()}
        config = importlib.import_module("botocore.config").Config(retries=retries)
        return session.client(service, region_name=region, endpoint_url=self._sign_in.endpoint_url, config=config)

    @cached_property
    def _boto3(self) -> Any:  # noqa: ANN401 - as above
        try:
            return importlib.import_module("boto3")
        except ImportError:
            hint = "install it with `pip install 'kmsgen[aws]'`"
            raise input_error(Location("boto3"), "no-sdk", "reading an account needs boto3", hint) from None

    @cached_property
    def _errors(self) -> tuple[type[Exception], ...]:
        self._boto3  # noqa: B018 - tells how to install both where they are not
        return (
            importlib.import_module("botocore.exceptions").BotoCoreError,
            importlib.import_module("botocore.exceptions").ClientError,
        )

    @cached_property
    def _signed_in(self) -> Any:  # noqa: ANN401 - as above
        """The boto3 session whose credentials are used: of the assumed role, if one is named."""
        region = self._sign_in.region or os.environ.get("AWS_REGION")  # which boto3 does not look at, unlike other SDKs
        try:
            own = self._boto3.Session(profile_name=self._sign_in.profile, region_name=region)
        except self._errors as error:
            raise failure(error, "the AWS configuration", "") from None
        role = self._sign_in.role_arn
        if role is None:
            return own
        try:
            sts = self._new_client(own, "sts", None)
            got = sts.assume_role(RoleArn=role, RoleSessionName=_SESSION_NAME)["Credentials"]
        except self._errors as error:
            raise failure(error, "sts:AssumeRole", role) from None
        return self._boto3.Session(
            aws_access_key_id=got["AccessKeyId"],
            aws_secret_access_key=got["SecretAccessKey"],
            aws_session_token=got["SessionToken"],
            region_name=own.region_name,
        )


def _attempts() -> int:
    given = os.environ.get(MAX_ATTEMPTS, str(ATTEMPTS))
    if not re.fullmatch("[1-9][0-9]{0,2}", given):
        hint = f"give 1 to 999, or leave it out: then it is {ATTEMPTS}"
        raise input_error(Location(MAX_ATTEMPTS), "bad-setting", f"{given!r} is no number of attempts", hint)
    return int(given)


def _method_name(operation: str) -> str:
    return "".join(_snake(operation)).lstrip("_")


def _snake(operation: str) -> Iterator[str]:
    for character in operation:
        yield f"_{character.lower()}" if character.isupper() else character
