"""Speed and memory of the authorizer, beside `@cloud-copilot/iam-simulate` where `make setup` has installed it.

    python benchmarks/authorizer.py

Times are CPU time, medians of several runs. The peer decides the same requests on the same policies, as a process of its own.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from kmsgen.authorizer import Authorizer, Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.json_form import parse_document, to_json
from table import Row, print_table

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
PEER = Path(__file__).parent / "iam_simulate.mjs"
INSTALLED = Path(__file__).parents[1] / "tests/differential/node"
WHOSE = "iam-simulate"

KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Admins",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"},
            "Action": ["kms:Describe*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
            "Resource": "*",
        },
        {
            "Sid": "Use",
            "Effect": "Allow",
            "Principal": {"AWS": APP},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:app": "payments"}},
        },
        {
            "Sid": "Tls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ],
}
IDENTITY_POLICIES = [
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": KEY}]},
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": "kms:*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-west-2"}},
            }
        ],
    },
]


def _documents(policies: list[dict[str, object]]) -> tuple[Document, ...]:
    return tuple(parse_document(policy) for policy in policies)


def small() -> Bundle:
    """Return a key policy of four statements and two identity policies."""
    access = KeyAccess(Key(KEY), parse_document(KEY_POLICY))
    return Bundle((access,), {APP: PrincipalPolicies(_documents(IDENTITY_POLICIES))})


def large() -> Bundle:
    """Return a key policy of 32 KiB, 1,000 grants, and 50 identity policies of one role."""
    statements = list(KEY_POLICY["Statement"])
    while len(to_json({**KEY_POLICY, "Statement": statements})) < 32_000:
        number = len(statements)
        statements.append(
            {
                "Sid": f"User{number}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/user-{number}"},
                "Action": ["kms:Decrypt", "kms:Encrypt"],
                "Resource": "*",
                "Condition": {"StringLike": {"kms:EncryptionContext:app": f"app-{number}-*"}},
            }
        )
    grants = tuple(
        Grant(f"g{n}", f"arn:aws:iam::{ACCOUNT}:role/r{n}", ("Decrypt",), GrantConstraints((("app", str(n)),)))
        for n in range(1000)
    )
    access = KeyAccess(Key(KEY), parse_document({**KEY_POLICY, "Statement": statements}), grants)
    return Bundle((access,), {APP: PrincipalPolicies(_documents(IDENTITY_POLICIES * 25))})


def requests(count: int) -> list[Request]:
    """Return requests that differ in what conditions see."""
    context = {"aws:SourceIp": ("10.0.0.1",)}
    pairs = [{"app": "payments" if n % 3 else f"other-{n}"} for n in range(count)]
    return [Request(APP, "kms:Decrypt", encryption_context=pair, context=context) for pair in pairs]


def rate(bundle: Bundle, count: int, *, trace: bool) -> float:
    """Return decisions a second of processor time, the median of five runs."""
    authorizer = Authorizer(bundle)
    asked = requests(count)
    for request in asked[:10]:
        authorizer.decide(request, trace=trace)

    def run() -> None:
        for request in asked:
            authorizer.decide(request, trace=trace)

    return count / _median(run)


def matrix(bundle: Bundle) -> float:
    """Return the seconds that 100 principals x 58 actions take, policies compiled anew."""

    def run() -> None:
        authorizer = Authorizer(bundle)
        for number in range(100):
            for action in ACTIONS:
                authorizer.decide(Request(f"arn:aws:iam::{ACCOUNT}:role/role-{number}", f"kms:{action}"))

    return _median(run)


def _median(run: Callable[[], None]) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def memory(bundle: Bundle) -> float:
    """Return the MiB that an authorizer holds after 5,000 decisions."""
    asked = requests(5000)
    tracemalloc.start()
    authorizer = Authorizer(bundle)
    for request in asked:
        authorizer.decide(request)
    used, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 2**20


def peer() -> dict[str, float]:
    """Return what the npm package does with the same policies: `rate`, `matrix`, `memory`; nothing where it is missing."""
    if shutil.which("node") is None or not (INSTALLED / "node_modules/@cloud-copilot/iam-simulate").is_dir():
        return {}
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"
    task = {
        "keyPolicy": KEY_POLICY,
        "identityPolicies": IDENTITY_POLICIES,
        "key": KEY,
        "session": session,
        "account": ACCOUNT,
        "actions": [action.iam_name for action in ACTIONS.values()],
    }
    script = INSTALLED / "kmsgen-benchmark.mjs"  # node looks for packages beside the script
    script.write_text(PEER.read_text())
    command = ["node", script.name]
    try:
        result = subprocess.run(
            command, cwd=INSTALLED, input=json.dumps(task), capture_output=True, text=True, timeout=600, check=True
        )
    finally:
        script.unlink()
    return dict(json.loads(result.stdout))


def rows() -> Iterator[Row]:
    """Measure a small bundle beside the peer, and a large one alone."""
    yield from _bundle("4 statements, 2 identity policies", small(), peer())
    yield from _bundle("32 KiB, 1,000 grants, 50 identity policies", large(), {})


def _bundle(title: str, bundle: Bundle, other: dict[str, float]) -> Iterator[Row]:
    yield Row(f"{title}: decisions", rate(bundle, 20_000, trace=False), "/s", other.get("rate"), WHOSE)
    yield Row(f"{title}: decisions with trace", rate(bundle, 5_000, trace=True), "/s")
    yield Row(f"{title}: 100 principals x {len(ACTIONS)} actions", matrix(bundle), "s", other.get("matrix"), WHOSE)
    yield Row(f"{title}: memory", memory(bundle), "MiB", other.get("memory"), WHOSE)


if __name__ == "__main__":
    print_table("authorizer", rows())
