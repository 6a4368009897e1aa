"""What Terraform and the AWS CLI send to KMS for what kmsgen renders, recorded between them and a moto server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kmsgen.catalogue.deployment_calls import DeploymentCall
from kmsgen.compiler.compile import compile_intent
from kmsgen.intent import load_intent
from kmsgen.render.artifact import Artifact
from kmsgen.render.deployer import FOLDER
from kmsgen.render.deployment import Deployment, deployment_of
from kmsgen.render.grant_calls import render as render_grant_calls
from kmsgen.render.terraform.modules import render
from tests.real.deployed import prepare
from tests.real.servers import Moto, unmeasured
from tests.real.terraform_cli import terraform

TARGET = "TrentService."
HEAD = """kmsgen: 1
name: recorded
scope: {account: "111122223333", regions: [us-west-2], deployer: role/deployer}
admins: [role/KmsAdmin]
users: [{principal: role/app, can: [describe]}]
"""
GRANT = (
    "{name: nightly, grantee: role/exporter, retiring_principal: role/app, operations: [%s], constraints: {%s: {app: payments}}}"
)
EXISTING = "keys: [arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab]\n"
FIRST = "alias: one, description: first, tags: {team: a, env: prod}"
LATER = "description: second, tags: {team: b, cost: low}"
REPLICAS = "multi_region: true, replicas: [eu-west-1]"
RAIL = "guardrails: [{deny-delete: {except: [role/KmsAdmin]}}]\n"
# What is deployed, and what it is changed to, one after the other; each is everything that kmsgen renders of a kind of key.
STAGES: Mapping[str, tuple[str, ...]] = {
    "key": (
        f"key: {{{FIRST}, rotation_days: 365}}\ngrants: [{GRANT % ('Decrypt', 'encryption_context_subset')}]\n",
        f"key: {{alias: two, {LATER}, rotation_days: 400}}\ngrants: [{GRANT % ('Encrypt', 'encryption_context_equals')}]\n{RAIL}",
        f"key: {{alias: two, {LATER}}}\n",
    ),
    "replicas": (f"key: {{{FIRST}, {REPLICAS}}}\n", f"key: {{alias: one, {LATER}, {REPLICAS}}}\n{RAIL}"),
    "material": (
        f"key: {{{FIRST}, origin: EXTERNAL, {REPLICAS}}}\n",
        f"key: {{alias: one, {LATER}, origin: EXTERNAL, {REPLICAS}}}\n{RAIL}",
    ),
    "existing": (EXISTING, f"{EXISTING}{RAIL}"),
}
REQUESTED = f"key: {{{FIRST}, spec: ML_KEM_768}}\n"
BESIDE_KEYS = {
    **dict.fromkeys(("CreateAlias", "UpdateAlias", "DeleteAlias", "ListAliases"), "aws_kms_alias"),
    **dict.fromkeys(("CreateGrant", "ListGrants", "RevokeGrant", "RetireGrant"), "aws_kms_grant"),
}


CLI = "by the AWS CLI"


class Recorder:
    """A server in front of a moto server that notes every call to KMS."""

    def __init__(self, moto: Moto) -> None:
        self._behind = moto.url
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def forward(self, request: BaseHTTPRequestHandler) -> tuple[int, Mapping[str, str], bytes]:
        """Note a call, and return what moto answers to it."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        target = request.headers.get("X-Amz-Target", "")
        if target.startswith(TARGET):
            self.calls.append((target.removeprefix(TARGET), json.loads(body or b"{}")))
        sent = urllib.request.Request(f"{self._behind}{request.path}", body, dict(request.headers), method=request.command)  # noqa: S310
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def taken(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what was noted since the last time."""
        found, self.calls = self.calls, []
        return found


@contextmanager
def recording(moto: Moto) -> Iterator[tuple[Recorder, Moto]]:
    """Record what is sent to a moto server; yield the recorder, and the address that goes through it."""
    recorder = Recorder(moto)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, headers, body = recorder.forward(self)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorder, Moto(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def recorded(moto: Moto, folder: Path, kind: str) -> list[DeploymentCall]:
    """Deploy, change and remove a kind of key, and return what was sent, sorted: each operation once, with all its parameters."""
    with recording(moto) as (recorder, through):
        moto.reset()
        calls = (
            _by_the_cli(recorder, moto, through, folder) if kind == CLI else _by_terraform(recorder, moto, through, folder, kind)
        )
        return sorted(_merged(calls))


def _by_terraform(recorder: Recorder, moto: Moto, through: Moto, folder: Path, kind: str) -> Iterator[DeploymentCall]:
    deployments = [_deployment(folder / str(number), text) for number, text in enumerate(STAGES[kind])]
    prepare(moto, deployments[0])
    for place in dict.fromkeys(one.path.rpartition("/")[0] for one in _modules(deployments[0])):
        module = _Module(recorder, moto, through, folder / "run" / place.replace("/", "_"))
        yield from module.record(place, deployments)


def _merged(calls: Iterable[DeploymentCall]) -> list[DeploymentCall]:
    parameters: dict[tuple[str, ...], set[str]] = {}
    for call in calls:
        parameters.setdefault(call[:-1], set()).update(call.parameters)
    return [DeploymentCall(*row, tuple(sorted(names))) for row, names in parameters.items()]


def _deployment(folder: Path, text: str) -> Deployment:
    folder.mkdir(parents=True)
    path = folder / "intent.yaml"
    path.write_text(HEAD + text)
    intent = load_intent(path)
    return deployment_of(intent, compile_intent(intent).bundle)


def _modules(deployment: Deployment) -> list[Artifact]:
    """Return the modules that the deployer applies: what gives it its own IAM policy is put in place before, by somebody else."""
    modules = (one for one in render(deployment).artifacts if one.path.endswith("/main.tf"))
    return [one for one in modules if not one.path.startswith(f"{FOLDER}/")]


class _Module:
    """A root module of Terraform, as each stage of a deployment has it."""

    def __init__(self, recorder: Recorder, moto: Moto, through: Moto, folder: Path) -> None:
        self.recorder, self.moto, self.through, self.folder = recorder, moto, through, folder

    def record(self, place: str, deployments: list[Deployment]) -> Iterator[DeploymentCall]:
        """Create, read, change and remove; the primary of a replica is one made for it."""
        self.folder.mkdir(parents=True)
        kind, given = "", ""
        for number, deployment in enumerate(deployments):
            own = [one for one in render(deployment).artifacts if one.path.rpartition("/")[0] == place]
            for artifact in own:
                (self.folder / artifact.path.rpartition("/")[2]).write_text(artifact.text, encoding="utf-8")
            main = next(one for one in own if one.path.endswith("/main.tf"))
            kind = kind or next(name for name in _KEYS if f'resource "{name}"' in main.text)
            if "var.primary_key_arn" in main.text and not given:
                origin = "EXTERNAL" if "external" in kind else "AWS_KMS"
                primary = self.moto.client("kms", "us-west-2").create_key(MultiRegion=True, Origin=origin)
                given = f"-var=primary_key_arn={primary['KeyMetadata']['Arn']}"
            region = main.region or "us-west-2"
            program = terraform(self.through.environment(region=region), self.folder)
            if not number:
                program.run(self.folder, "init", "-no-color")
            options = [given] if given else []
            program.run(self.folder, "apply", "-auto-approve", "-no-color", *options)
            yield from self._taken(kind, "update" if number else "create")
            program.run(self.folder, "plan", "-no-color", *options)
            yield from self._taken(kind, "read")
        program.destroy(self.folder, *options)
        yield from self._taken(kind, "delete")

    def _taken(self, kind: str, phase: str) -> Iterator[DeploymentCall]:
        for operation, body in self.recorder.taken():
            yield DeploymentCall("Terraform", BESIDE_KEYS.get(operation, kind), phase, operation, tuple(sorted(_names(body))))


_KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key", "aws_kms_key_policy")


def _by_the_cli(recorder: Recorder, moto: Moto, through: Moto, folder: Path) -> Iterator[DeploymentCall]:
    """Run the script of grant calls, and send the request for a key that Terraform's provider cannot create."""
    environment = unmeasured(through.environment(region="us-west-2"))
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"

    def run(*command: str) -> None:
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)

    def taken(what: str, phase: str) -> Iterator[DeploymentCall]:
        for operation, body in recorder.taken():
            yield DeploymentCall("AWS CLI", what, phase, operation, tuple(sorted(_names(body))))

    script = _written(_deployment(folder / "cli", STAGES["key"][0]), ".sh", folder)
    key = moto.client("kms", "us-west-2").create_key()["KeyMetadata"]["Arn"]
    for command, phase in (("create", "create"), ("list", "read"), ("revoke", "delete")):
        run("sh", str(script), command, key)
        yield from taken("grants.sh", phase)
    request = _written(_deployment(folder / "request", REQUESTED), "create-key.json", folder)
    run("aws", "kms", "create-key", "--cli-input-json", f"file://{request}")
    yield from taken("create-key.json", "create")


def _written(deployment: Deployment, end: str, folder: Path) -> Path:
    rendered = (*render_grant_calls(deployment).artifacts, *render(deployment).artifacts)
    artifact = next(one for one in rendered if one.path.endswith(end))
    path = folder / artifact.path.rpartition("/")[2]
    path.write_text(artifact.text, encoding="utf-8")
    return path


def _names(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that a call sends; of constraints, each of them, an empty one too."""
    for name, value in body.items():
        if name == "Constraints":
            yield from (f"Constraints.{one}" for one in value)
        else:
            yield name
