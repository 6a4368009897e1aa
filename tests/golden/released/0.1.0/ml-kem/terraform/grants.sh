#!/bin/sh
# Written by kmsgen from the intent `ml-kem`: change the intent, not this file.
#
# Creates, lists, revokes or retires the grants of the intent with the AWS CLI.
# Safe to run twice: a grant's name makes CreateGrant idempotent, and what is gone is not revoked again.

set -efu
AWS_PAGER=''
export AWS_PAGER

usage() {
  printf '%s\n' "usage: $0 create|list|revoke|retire KEY" '  KEY, or KMS_KEY_ID in the environment: id or ARN of the key' >&2
  exit 2
}

# Each takes: key ARN, Region, grant name, CreateGrant request.

create_grant() {
  aws kms create-grant --region "$2" --key-id "$1" --cli-input-json "$4" --output json
}

list_grant() {
  aws kms list-grants --region "$2" --key-id "$1" --query "Grants[?Name=='$3']" --output json
}

grant_ids() {
  aws kms list-grants --region "$2" --key-id "$1" --query "Grants[?Name=='$3'].GrantId" --output text
}

revoke_grant() {
  ids=$(grant_ids "$@")
  for id in $ids; do
    aws kms revoke-grant --region "$2" --key-id "$1" --grant-id "$id"
  done
}

retire_grant() {
  ids=$(grant_ids "$@")
  for id in $ids; do
    aws kms retire-grant --region "$2" --key-id "$1" --grant-id "$id"
  done
}

# The requests are data: nothing in them is to be expanded.
# shellcheck disable=SC2016
each_grant() {
  "$1" "$key" 'us-west-2' 'tunnel-2' \
    '{"GranteePrincipal":"arn:aws:iam::111122223333:role/tunnel-2","Operations":["Decapsulate"],"Name":"tunnel-2"}'
}

case ${1-} in
  create | list | revoke | retire) ;;
  *) usage ;;
esac

key=${2-${KMS_KEY_ID-}}
case $key in
  '' | alias/* | *:alias/*) usage ;;
  arn:*) ;;
  *) key='arn:aws:kms:us-west-2:111122223333:key/'$key ;;
esac

each_grant "${1}_grant"
