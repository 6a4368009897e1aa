"""The commented intent that `kmsgen init` writes."""

from __future__ import annotations

STARTER = """\
# Who may do what with one AWS KMS key. Change what is here, then: kmsgen render intent.yaml
# An editor checks it as you type with the output of `kmsgen schema`.
kmsgen: 1
name: my-key                        # becomes the name of the folder of what is rendered

scope:
  account: "111122223333"           # the account that owns the key
  regions: [us-west-2]              # the Region of the key
  # partition: aws                  # aws, aws-cn, aws-us-gov
  # organization: o-exampleorgid
  # deployer: role/platform-ci      # who runs Terraform or CloudFormation: may manage the key, not use it

key:                                # a key to create; `keys: [ARN, ...]` for keys that exist
  alias: my-key
  description: What the key protects
  # spec: SYMMETRIC_DEFAULT         # RSA_4096, ECC_NIST_P256, HMAC_256, ML_DSA_65 ...; `usage` where a spec has several
  rotation_days: 365
  deletion_window_days: 30
  tags: {team: my-team}

# delegation: key-policy            # or iam, or both: where the permissions of this account's principals live

admins:                             # run the key, cannot use it
  - role/KmsAdmin                   # user/NAME, role/NAME, account, account/444455556666, or a full ARN
  - {principal: account, can: [change-policy]}      # a way back in, should the role above be deleted

users:                              # use the key
  - principal: role/my-application
    can: [encrypt, decrypt, generate-data-key]      # words, or exact actions such as kms:Encrypt
    # when:                         # all of these must hold; lists give alternatives
    #   encryption_context: {app: my-application}
    #   via: [s3]                   # only through this AWS service

# services:                         # AWS services that use the key
#   - service: logs
#     resources: ["arn:aws:logs:us-west-2:111122223333:log-group:/my-application/*"]

# grants:
#   - name: nightly-export
#     grantee: role/exporter
#     operations: [Decrypt]
#     constraints: {encryption_context_subset: {app: my-application}}
#     retiring_principal: role/my-application

guardrails:                         # explicit denies, with their exceptions
  - deny-insecure-transport
  # - {deny-delete: {except: [role/break-glass]}}

# never:                            # proved to be impossible, or nothing is rendered
#   - {principal: role/contractor-*, actions: [kms:Decrypt]}
"""
