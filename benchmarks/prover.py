"""How fast the prover is: a whole process, the proof alone, random pairs, hard policies; and the memory that takes.

    python benchmarks/prover.py

Times are CPU time. The floor of the whole process is one that imports what `kmsgen verify` does, and asks nothing.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.json_form import format_document, to_json
from kmsgen.prover import Beyond, Budget, Never, NoPublic, differences, prove
from processes import cost
from table import Row, print_table

HOME, OTHERS = "111122223333", ("444455556666", "777788889999")
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ACTIONS = ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "PutKeyPolicy", "ReEncryptFrom", "TagResource")
SERVICES = ("s3", "rds", "ec2", "sns", "lambda")
CONDITIONS: tuple[Callable[[random.Random], Condition], ...] = (
    lambda rng: Condition("StringEquals", "kms:EncryptionContext:app", (rng.choice(("a", "b", "c")),)),
    lambda rng: Condition("StringLike", "kms:ViaService", (f"{rng.choice(SERVICES)}.*.amazonaws.com",)),
    lambda rng: Condition("StringEquals", "kms:CallerAccount", (rng.choice((HOME, *OTHERS)),)),
    lambda rng: Condition("StringEquals", "aws:PrincipalOrgID", (rng.choice(("o-one", "o-two")),)),
    lambda rng: Condition(
        "ArnLike", "aws:PrincipalArn", (f"arn:aws:iam::{HOME}:role/{rng.choice(('team-*', '*-admin', 'app'))}",)
    ),
    lambda rng: Condition("Bool", "kms:GrantIsForAWSResource", (rng.choice(("true", "false")),)),
    lambda rng: Condition("StringEquals", "aws:PrincipalTag/team", (rng.choice(("red", "blue")),)),
    lambda rng: Condition("IpAddress", "aws:SourceIp", (rng.choice(("10.0.0.0/8", "203.0.113.0/24")),)),
)


def principal(rng: random.Random) -> Principal:
    """Return a principal of a policy."""
    account = rng.choice((HOME, HOME, HOME, *OTHERS))
    kind = rng.randrange(8)
    if kind == 0:
        return Principal("AWS", f"arn:aws:iam::{account}:root")
    if kind == 1:
        return Principal("Service", f"{rng.choice(SERVICES)}.amazonaws.com")
    if kind == 2:
        return Principal("AWS", "*")
    return Principal("AWS", f"arn:aws:iam::{account}:{rng.choice(('role', 'role', 'user'))}/{rng.choice('abcdef')}")


def policy(rng: random.Random, size: int) -> Document:
    """Return a random key policy of so many statements."""
    statements = []
    for number in range(size):
        effect = Effect.DENY if rng.random() < 0.2 else Effect.ALLOW
        who = (Principal("AWS", "*"),) if effect is Effect.DENY else tuple(principal(rng) for _ in range(rng.randint(1, 3)))
        actions = tuple(f"kms:{name}" for name in rng.sample(ACTIONS, rng.randint(1, 4)))
        conditions = {one.key: one for one in (rng.choice(CONDITIONS)(rng) for _ in range(rng.choice((0, 1, 1, 2))))}
        statements.append(Statement(effect, actions, ("*",), who, tuple(conditions.values()), f"S{number}"))
    return Document(tuple(statements))


def bundle(document: Document) -> Bundle:
    """Return a bundle of one key."""
    return Bundle((KeyAccess(Key(KEY), document),))


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds of processor time some work takes."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def spread(title: str, times: list[float]) -> Iterator[Row]:
    """Yield the median of some times in ms, and the worst."""
    yield Row(f"{title}: median of {len(times)}", statistics.median(times), "ms")
    yield Row(f"{title}: worst of {len(times)}", max(times), "ms")


def proof_alone() -> Iterator[Row]:
    """Time questions about policies of 6, 12, 24 and 48 statements."""
    never = Never(f"arn:aws:iam::{HOME}:role/contractor-*", ("kms:Decrypt",))
    for size in (6, 12, 24, 48):
        rng = random.Random(size)
        policies = [policy(rng, size) for _ in range(20)]
        covers = [Beyond(tuple(s for s in one.statements if s.effect is Effect.ALLOW)) for one in policies]
        for title, questions in (("nothing beyond", covers), ("never", [never] * 20), ("no public access", [NoPublic()] * 20)):
            asked = zip(policies, questions, strict=True)
            yield from spread(f"{title}, {size} statements", [timed(lambda d=d, q=q: prove(bundle(d), q)) for d, q in asked])


def random_pairs(count: int = 300) -> Iterator[Row]:
    """Time differences of random pairs of 12 statements, and count those that stay unknown."""
    rng = random.Random(12)
    pairs = [(bundle(policy(rng, 12)), bundle(policy(rng, 12))) for _ in range(count)]
    found = []
    times = [timed(lambda o=o, n=n: found.append(differences(o, n, Budget(seconds=60)))) for o, n in pairs]
    yield from spread("differences of random pairs, 12 statements", times)
    yield Row("differences of random pairs that stay unknown", sum(bool(each.reason) for each in found), f"of {count}")


def whole_process() -> Iterator[Row]:
    """Time `kmsgen prove` on a key policy of 24 statements against importing what `kmsgen verify` imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "policy.json"
        path.write_text(to_json(format_document(policy(random.Random(24), 24))))
        imports = ("-c", "import kmsgen.cli.app, kmsgen.cli.jobs.verify, kmsgen.intent.load")
        asking = ("-m", "kmsgen", "prove", str(path), "--key-arn", KEY, "--never", "role/contractor-* kms:Decrypt")
        answered = frozenset({0, 1})
        pairs = [(cost(imports, folder).cpu, cost(asking, folder, codes=answered).cpu) for _ in range(8)][1:]
    floor, taken = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    yield Row("whole `kmsgen prove --never`, 24 statements", taken, "ms", floor, "imports of `kmsgen verify`")


def hard() -> Iterator[Row]:
    """Time what grows: wildcards within patterns, many statements on many keys, the largest key policy."""
    everyone = (Principal("AWS", "*"),)
    wild = tuple(
        Statement(
            Effect.ALLOW, ("kms:Decrypt",), ("*",), everyone,
            (Condition("StringLike", "aws:PrincipalTag/x", (f"*{chr(97 + i)}{chr(98 + i)}*{chr(99 + i)}*",)),),
        )
        for i in range(14)
    )  # fmt: skip
    keys = [f"aws:PrincipalTag/k{i}" for i in range(8)]
    many = tuple(
        Statement(
            Effect.ALLOW, ("kms:Decrypt",), ("*",), everyone,
            tuple(Condition("StringEquals", key, (f"v{(number * 7 + i) % 5}",)) for i, key in enumerate(keys)),
        )
        for number in range(48)
    )  # fmt: skip
    rng = random.Random(32)
    large: list[Statement] = []
    while len(json.dumps(format_document(Document((*large, *large[:1]))))) < 32_000 if large else True:
        large += policy(rng, 1).statements
    for title, statements in (
        ("14 infix patterns", wild),
        ("48 statements on 8 keys", many),
        ("a policy of 32 KiB", tuple(large)),
    ):
        for name, question in (("nothing beyond", Beyond(statements[1:])), ("no public access", NoPublic())):
            start = time.process_time()
            proof = prove(bundle(Document(statements)), question, Budget(seconds=20))
            took = (time.process_time() - start) * 1000
            yield Row(f"{title}, {name}: {proof.result}", took, "ms")


def rows() -> Iterator[Row]:
    """Measure everything."""
    yield from whole_process()
    yield from proof_alone()
    yield from random_pairs()
    yield from hard()
    yield Row("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


if __name__ == "__main__":
    print_table("prover", rows())
