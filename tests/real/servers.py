"""A running moto server, and clients and environments for it, an account and a Region each."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.real.kms_authorization import access_key

OWN_ACCOUNT = "111122223333"
# A stack is created within one call, which takes long on a machine that does much else.
PATIENT = Config(read_timeout=300, retries={"total_max_attempts": 1})
PROGRAM = Path(__file__).parent / "moto_server.py"


@dataclass(frozen=True)
class Moto:
    """A moto server. The account of a request is the end of its access key."""

    url: str

    def keys(self, account: str, role: str = "") -> dict[str, str]:
        """Return access keys, as environment variables: of a role, whom KMS authorizes, or of nobody, who may do all."""
        return {"AWS_ACCESS_KEY_ID": access_key(role, account), "AWS_SECRET_ACCESS_KEY": "test"}

    def reset(self) -> None:
        """Forget everything that was created."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST"), timeout=30).close()  # noqa: S310

    def client(self, service: str, region: str = "us-east-1", account: str = OWN_ACCOUNT) -> Any:
        """Return a boto3 client."""
        keys = self.keys(account)
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            config=PATIENT,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )

    def environment(self, account: str = OWN_ACCOUNT, region: str = "us-east-1", role: str = "") -> dict[str, str]:
        """Return the environment of a program that is to talk to this server, and to nothing else."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        return {
            **clean,
            **self.keys(account, role),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a Python program of others, which would run at half its speed to measure nothing."""
    return {name: value for name, value in environment.items() if not name.startswith("COVERAGE_")}


@contextmanager
def running_moto() -> Iterator[Moto]:
    """Start a moto server on a free port of loopback; stop it at the end."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env=unmeasured(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            assert port.isdigit(), "the moto server did not start"
            yield Moto(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=30)
