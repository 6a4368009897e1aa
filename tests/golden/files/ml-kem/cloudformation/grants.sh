#!/bin/sh
# Written by kmsgen from the intent `ml-kem`: change the intent, not this file.
#
# Creates, lists, revokes or retires the grants of the intent with the AWS CLI.
# Safe to run twice: a grant's name makes CreateGrant idempotent, and what is gone is not revoked again.
# A grant that the intent changed takes the place of the one that had its name: KMS would keep both. All are made before one goes.

set -efu
AWS_PAGER=''
export AWS_PAGER

usage() {
  printf '%s\n' "usage: $0 create|list|revoke|retire KEY" '  KEY, or KMS_KEY_ID in the environment: id or ARN of the key' >&2
  exit 2
}

# Each takes: key ARN, Region, grant name, CreateGrant request, retiring principal.

created=''

create_grant() {
  made=$(aws kms create-grant --region "$2" --key-id "$1" --cli-input-json "$4" --output json)
  printf '%s\n' "$made"
  id=$(printf '%s\n' "$made" | sed -n 's/.*"GrantId": *"\([0-9a-f]*\)".*/\1/p')
  if [ -z "$id" ]; then
    printf '%s\n' "the answer to CreateGrant holds no id: earlier grants are left as they are" >&2
    return 1
  fi
  created="$created $id "
}

# Of a name only what was created stays; nothing goes before all that is to be there is.
replace_grant() {
  ids=$(grant_ids "$@")
  for id in $ids; do
    case $created in
      *" $id "*) ;;
      *) aws kms revoke-grant --region "$2" --key-id "$1" --grant-id "$id" ;;
    esac
  done
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

# Whoever may retire a grant need not be allowed to list the grants on the key.
retirable_ids() {
  aws kms list-retirable-grants --region "$2" --retiring-principal "$5" \
    --query "Grants[?Name=='$3' && ends_with(KeyId, '${1##*/}')].GrantId" --output text
}

retire_grant() {
  if [ -n "$5" ]; then ids=$(retirable_ids "$@"); else ids=$(grant_ids "$@"); fi
  for id in $ids; do
    aws kms retire-grant --region "$2" --key-id "$1" --grant-id "$id"
  done
}

# Each key has grants of its own, a replica too: of a multi-Region key an ARN means the one there, an id that of each Region.
# Takes: Region, what to do, the beginning of the key's ARN, and what that takes further.
in_region() {
  if [ -z "$only" ] || [ "$only" = "$1" ]; then
    region=$1 what=$2 arn=$3$key_id
    shift 3
    "$what" "$arn" "$region" "$@"
  fi
}

# The requests are data: nothing in them is to be expanded.
# shellcheck disable=SC2016
each_grant() {
  in_region 'us-west-2' "$1" 'arn:aws:kms:us-west-2:111122223333:key/' 'tunnel-2' \
    '{"GranteePrincipal":"arn:aws:iam::111122223333:role/tunnel-2","Operations":["Decapsulate"],"Name":"tunnel-2"}' ''
}

case ${1-} in
  create | list | revoke | retire) ;;
  *) usage ;;
esac

key=${2-${KMS_KEY_ID-}}
only=''
case $key in
  '' | alias/* | *:alias/*) usage ;;
  'arn:aws:kms:us-west-2:111122223333:key/'*) only='us-west-2' ;;
  arn:*)
    printf '%s\n' "$key is no key of the intent: another account, or a Region where it has none" >&2
    exit 2
    ;;
esac
key_id=${key##*/}

each_grant "${1}_grant"
if [ "$1" = create ]; then each_grant replace_grant; fi
