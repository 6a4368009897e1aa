"""How long `kmsgen lint` takes on a template of many keys, in CPU seconds.

    python benchmarks/lint.py               every shape, with 100 and 1,000 keys
    python benchmarks/lint.py --check       exit 1 where 1,000 keys of a shape take more than LIMIT

Shapes of key: with the account, an administrator and one user; with grants and a service beside; with a role that has an IAM
policy about this key, or about every key.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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
    """Lint a template; return the CPU seconds of the process."""
    path = folder / "template.json"
    path.write_text(template(size, shape))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "kmsgen", "lint", str(path)], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode == 2:
        sys.exit(done.stderr.decode())
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> int:
    """Measure; with `--check` return 1 where a shape is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    over = False
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            for size in SIZES[1:] if check else SIZES:
                taken = seconds(size, shape, Path(folder))
                over = over or taken > LIMIT
                print(f"{shape:14}{size:6} keys{taken:8.2f} s{1000 * taken / size:8.1f} ms a key", flush=True)
    return int(check and over)


if __name__ == "__main__":
    sys.exit(main())
