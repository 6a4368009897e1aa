"""Texts of intents, for as many as a test needs: each takes a `name`."""

WHOLE = """kmsgen: 1
name: {name}
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
admins: [role/admin]
users: [{{principal: role/app, can: [encrypt]}}]
"""
EXTENDING = """kmsgen: 1
name: {name}
extends: base.yaml
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/ci}}
key: {{alias: {name}}}
users: [{{principal: role/app, can: [encrypt]}}]
"""
"""It extends a `base.yaml` beside it, which has the administrators."""
