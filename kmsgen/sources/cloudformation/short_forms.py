"""CloudFormation's short tags of YAML: `!Ref x` is `{Ref: x}`, `!Sub x` is `{"Fn::Sub": x}`.

Source: AWS CloudFormation User Guide, intrinsic-function-reference.
"""

from __future__ import annotations

_FUNCTIONS = (
    "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or",
    "Select", "Split", "Sub", "ToJsonString", "Transform",
)  # fmt: skip
# What the tool Rain puts in before a deployment: no function is named so, and what it will be is not known.
_RAIN = ("Embed", "Env", "Include", "Module", "S3", "S3Http")
SHORT_FORMS = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
    **{f"!Rain::{name}": f"Fn::Rain::{name}" for name in _RAIN},
}
"""The tags of YAML that stand for intrinsic functions, or for a directive of Rain."""
