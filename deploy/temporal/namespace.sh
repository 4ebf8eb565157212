#!/bin/sh
# Sees to it that the namespace exists, keeps closed workflows for 30 days, and has Netterms' search attributes.
set -eu

# A new namespace takes some seconds to be known everywhere.
until_done() {
  attempt=1
  until "$@"; do
    [ "$attempt" -lt 30 ] || exit 1
    attempt=$((attempt + 1))
    sleep 2
  done
}

namespace() {
  temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
    temporal operator namespace create --namespace default --retention 720h
}

until_done temporal operator cluster health
until_done namespace
until_done temporal operator namespace update --namespace default --retention 720h
until_done temporal operator search-attribute create --namespace default \
  --name NtStatus --type Keyword --name NtCustomerId --type Keyword --name NtDueAt --type Datetime
