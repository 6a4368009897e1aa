"""How long `kmsgen lint` takes on a template of many keys, in CPU seconds.

    python benchmarks/lint.py               every shape, with 100 and 1,000 keys, as a table
    python benchmarks/lint.py --check       exit 1 where 1,000 keys of a shape take more than LIMIT

Shapes of key: with the account, an administrator and one user; with grants and a service beside; with a role that has an IAM
policy about this key, or about every key.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import cost
from table import Row, print_table

ACCOUNT = "111122223333"
LIMIT = 30.0
SIZES = (100, 1000)
SHAPES = ("plain", "service", "role", "role for all")
USE = ["kms:Decrypt", "kms:GenerateDataKey"]


def allow(sid: str, principal: dict[str, str], actions: object, **condition: dict[str, str]) -> dict[str, Any]:
    """Return an Allow of a key policy."""
    found = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
    return {**found, "Condition": condition} if condition else found


def key(number: int, shape: str) -> dict[str, Any]:
    """Return a key with its policy."""
    app = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app{number}"}
    statements = [
        allow("Account", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*"),
        allow("Admin", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}, ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]),
        allow("Use", app, USE, StringEquals={"kms:ViaService": "s3.us-east-1.amazonaws.com"}),
    ]
    if shape == "service":
        group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g{number}"
        encrypting = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        logs = {"Service": "logs.us-east-1.amazonaws.com"}
        statements.append(allow("Grants", app, "kms:CreateGrant", Bool={"kms:GrantIsForAWSResource": "true"}))
        statements.append(allow("Logs", logs, encrypting, ArnEquals={"kms:EncryptionContext:aws:logs:arn": group}))
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": statements}}}


def role(number: int, shape: str) -> dict[str, Any]:
    """Return a role with an IAM policy on its key, or on all."""
    about = "*" if shape == "role for all" else {"Fn::GetAtt": [f"Key{number}", "Arn"]}
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": USE, "Resource": about}]}
    inline = [{"PolicyName": "use", "PolicyDocument": policy}]
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": f"app{number}", "Policies": inline}}


def template(size: int, shape: str) -> str:
    """Return a template of so many keys."""
    resources = {f"Key{number}": key(number, shape) for number in range(size)}
    if shape.startswith("role"):
        resources |= {f"Role{number}": role(number, shape) for number in range(size)}
    return json.dumps({"Resources": resources}, indent=1)


def seconds(size: int, shape: str, folder: Path) -> float:
    """Lint a template, which has findings; return the CPU seconds of the process."""
    path = folder / "template.json"
    path.write_text(template(size, shape))
    return cost(("-m", "kmsgen", "lint", str(path)), folder, codes=frozenset({0, 1})).cpu


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """Measure each shape with so many keys; what a key costs among more is held against what it costs among fewer."""
    with tempfile.TemporaryDirectory() as folder:
        seconds(1, SHAPES[0], Path(folder))  # so that no measure pays for compiling modules
        for shape in SHAPES:
            fewer = None
            for size in sizes:
                each = 1000 * seconds(size, shape, Path(folder)) / size
                yield Row(f"a key among {size:,} of the shape {shape}, CPU", each, "ms", fewer, f"among {sizes[0]}")
                fewer = each


def main() -> int:
    """Print the table; with `--check` only that of most keys, and return 1 where a shape is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only most keys; exit 1 above the limit")
    check = parser.parse_args().check
    found = list(rows(SIZES[1:])) if check else []
    print_table("lint", found if check else rows(SIZES))
    return int(any(row.figure * SIZES[-1] > 1000 * LIMIT for row in found))


if __name__ == "__main__":
    sys.exit(main())
