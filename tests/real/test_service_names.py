"""Names of service principals outside of the partition aws, beside those of the AWS provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.catalogue.service_names import SUFFIXES, name_in, without_domain
from kmsgen.catalogue.services import SERVICES
from tests.real.servers import Moto
from tests.real.terraform_cli import terraform

pytestmark = pytest.mark.real
REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}
CONFIGURATION = """
data "aws_service_principal" "there" {
  for_each     = {for pair in setproduct(%s, %s) : join(" ", pair) => pair}
  service_name = each.value[0]
  region       = each.value[1]
}
output "names" { value = {for key, one in data.aws_service_principal.there : key => one.name} }
"""


def stems() -> list[str]:
    """Return the services of whose principals the catalogue or the table knows, without Region and domain."""
    named = {part.principal for row in SERVICES.values() for part in row.statements if part.principal_kind == "Service"}
    own = {without_domain(name).partition(".${")[0] for name in named}
    return sorted(own | {service for _, service in SUFFIXES})


def test_names_by_partition_are_those_of_the_provider(moto: Moto, tmp_path: Path) -> None:
    """Its data source aws_service_principal, asked for every service in a Region of each partition."""
    (tmp_path / "main.tf").write_text(CONFIGURATION % (json.dumps(stems()), json.dumps(list(REGIONS.values()))))
    program = terraform(moto.environment(), tmp_path)
    program.run(tmp_path, "init", "-no-color")
    program.run(tmp_path, "apply", "-auto-approve", "-no-color")
    told = json.loads(program.run(tmp_path, "output", "-json"))["names"]["value"]
    wanted = {
        f"{stem} {region}": name_in(partition, f"{stem}.amazonaws.com")
        for stem in stems()
        for partition, region in REGIONS.items()
    }
    assert told == wanted
