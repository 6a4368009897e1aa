"""Failures of AWS calls, by kind: missing, refused, expired session, no credentials, throttled, unreachable.

Source: KMS, IAM and STS API References, Common Errors; botocore, exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location


class Failing(NamedTuple):
    """A kind of failure: the code of its diagnostic and a hint."""

    code: str
    hint: str


MISSING = Failing("missing-in-aws", "it was deleted, or is of another account or Region: see --profile and --region")
REFUSED = Failing("missing-permission", "`kmsgen snapshot --help` lists the permissions; the preset snapshot-reader gives them")
EXPIRED = Failing("expired-session", "log in again, such as with `aws sso login`, or get new credentials")
CREDENTIALS = Failing("no-credentials", "set AWS_PROFILE or --profile, or whatever else the AWS SDK finds credentials by")
THROTTLED = Failing("throttled", "AWS kept refusing for too many requests; try again later, or with fewer keys")
UNREACHABLE = Failing("unreachable", "see --region, --endpoint-url and the network")
REGION = Failing("no-region", "give --region, set AWS_REGION, or name keys by their ARNs")
OTHER = Failing("aws-error", "")

_BY_CODE = {
    "NotFoundException": MISSING,
    "NoSuchEntity": MISSING,
    "NoSuchEntityException": MISSING,
    "AccessDenied": REFUSED,
    "AccessDeniedException": REFUSED,
    "UnauthorizedOperation": REFUSED,
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "RequestExpired": EXPIRED,
    "TokenRefreshRequired": EXPIRED,
    "InvalidClientTokenId": CREDENTIALS,
    "UnrecognizedClientException": CREDENTIALS,
    "InvalidSignatureException": CREDENTIALS,
    "SignatureDoesNotMatch": CREDENTIALS,
    "MissingAuthenticationToken": CREDENTIALS,
    "IncompleteSignature": CREDENTIALS,
    "Throttling": THROTTLED,
    "ThrottlingException": THROTTLED,
    "TooManyRequestsException": THROTTLED,
    "RequestLimitExceeded": THROTTLED,
}

# Exceptions of the SDK itself, by the name of their class.
_BY_CLASS = {
    "UnauthorizedSSOTokenError": EXPIRED,
    "SSOTokenLoadError": EXPIRED,
    "TokenRetrievalError": EXPIRED,
    "NoCredentialsError": CREDENTIALS,
    "PartialCredentialsError": CREDENTIALS,
    "CredentialRetrievalError": CREDENTIALS,
    "ProfileNotFound": CREDENTIALS,
    "NoAuthTokenError": CREDENTIALS,
    "NoRegionError": REGION,
    "InvalidRegionError": REGION,
    "EndpointConnectionError": UNREACHABLE,
    "ConnectTimeoutError": UNREACHABLE,
    "ReadTimeoutError": UNREACHABLE,
    "ConnectionClosedError": UNREACHABLE,
    "ProxyConnectionError": UNREACHABLE,
    "SSLError": UNREACHABLE,
}


OF_ONE_KEY = (MISSING, REFUSED)
"""Failures that concern a single key, so that others can still be read."""


class AwsError(InputError):
    """A failed AWS call; `kind` is the kind of failure, `call` the operation, `service:Operation`, `about` what it was about."""

    def __init__(self, diagnostics: Iterable[Diagnostic], kind: Failing = OTHER, call: str = "", about: str = "") -> None:
        self.kind = kind
        self.call = call
        self.about = about
        super().__init__(diagnostics)


def failure(error: Exception, call: str, about: str) -> AwsError:
    """Turn an exception of the AWS SDK into an AwsError; `about` names what the call was about."""
    response = getattr(error, "response", None)
    told = response.get("Error", {}) if isinstance(response, dict) else {}
    code = str(told.get("Code") or "")
    kind = _BY_CODE.get(code) or _BY_CLASS.get(type(error).__name__, OTHER)
    said = str(told.get("Message") or error or type(error).__name__)
    subject = f" on `{about}`" if about else ""
    message = f"{call}{subject}: {said}" if not code or code in said else f"{call}{subject}: {code}: {said}"
    return AwsError([Diagnostic(Location("AWS"), kind.code, " ".join(message.split()), kind.hint)], kind, call, about)


def no_answer(call: str, about: str) -> AwsError:
    """Build the failure of a call that something answered which is not AWS: nothing of what was asked for is told."""
    subject = f" on `{about}`" if about else ""
    message = f"{call}{subject}: the answer holds nothing of what was asked for"
    return AwsError([Diagnostic(Location("AWS"), OTHER.code, message, UNREACHABLE.hint)], OTHER, call, about)
