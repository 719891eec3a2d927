#!/bin/sh
# Makes an account and has Kratos mail it a recovery code, as a native app would.
set -eu
: "${KRATOS_PUBLIC:=http://127.0.0.1:4433}" "${KRATOS_ADMIN:=http://127.0.0.1:4434}"
address=amelie@example.org

call() { curl -sS -H 'Accept: application/json' -H 'Content-Type: application/json' "$@"; }

tries=0
until call -f -o /dev/null "$KRATOS_ADMIN/admin/health/ready" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || { echo "Kratos does not become ready" >&2; exit 1; }
  sleep 1
done
# 409 the second time: the account is there.
call -o /dev/null -d "{\"schema_id\":\"default\",\"traits\":{\"email\":\"$address\",\"locale\":\"en\"}}" "$KRATOS_ADMIN/admin/identities"
flow=$(call -f "$KRATOS_PUBLIC/self-service/recovery/api" | sed 's/^{"id":"\([^"]*\)".*/\1/')
call -f -o /dev/null -d "{\"method\":\"code\",\"email\":\"$address\"}" "$KRATOS_PUBLIC/self-service/recovery?flow=$flow"
echo "A recovery code is on its way to $address: http://127.0.0.1:4478/ui/inbox"
