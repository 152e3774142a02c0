#!/bin/sh
# Writes .env for docker-compose.yml, with secrets of its own, unless there is one.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo ".env is there already; the key is in its MEDLEY_BOOTSTRAP_KEY"
  exit 0
fi
secret() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
umask 077
cat >.env.part <<END
# Keys and passwords of this deployment; docker-compose.yml reads them.
MEDLEY_SECRET=$(secret 32)
MEDLEY_BOOTSTRAP_KEY=mdl_$(secret 24)
REDIS_PASSWORD=$(secret 24)
S3_ACCESS_KEY_ID=$(secret 10)
S3_SECRET_ACCESS_KEY=$(secret 30)
END
mv .env.part .env
echo "KEY=$(sed -n 's/^MEDLEY_BOOTSTRAP_KEY=//p' .env)"
