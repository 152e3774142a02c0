#!/bin/sh
# Writes .env for docker-compose.yml, with secrets of its own. What is there already stays; what a newer version needs besides is added.
set -eu
cd "$(dirname "$0")/.."
secret() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
add() { grep -q "^$1=" .env || printf '%s=%s\n' "$1" "$2" >>.env; }
umask 077
known=no
if [ -e .env ]; then known=yes; else echo "# Keys and passwords of this deployment; docker-compose.yml reads them." >.env; fi
add MEDLEY_SECRET "$(secret 32)"
add MEDLEY_BOOTSTRAP_KEY "mdl_$(secret 24)"
add REDIS_PASSWORD "$(secret 24)"
add S3_ACCESS_KEY_ID "$(secret 10)"
add S3_SECRET_ACCESS_KEY "$(secret 30)"
add GRAFANA_PASSWORD "$(secret 24)"
if [ "$known" = yes ]; then
  echo ".env was there already; the key is in its MEDLEY_BOOTSTRAP_KEY"
else
  echo "KEY=$(sed -n 's/^MEDLEY_BOOTSTRAP_KEY=//p' .env)"
fi
