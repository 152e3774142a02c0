#!/bin/sh
# Prints the secrets that the manifests name, as manifests: sh k8s/make-secrets.sh | kubectl apply --namespace medley -f -
# REDIS_URL (redis:// or rediss://, with a port), S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY come from the environment; what is
# not set there is made for the stores of overlays/local. Keep what it prints: another run makes other secrets.
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
secret() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
print() {
  kubectl create secret generic "$@" --dry-run=client --output=yaml
  echo ---
}

REDIS_URL=${REDIS_URL:-redis://default:$(secret 24)@redis:6379}
S3_ACCESS_KEY_ID=${S3_ACCESS_KEY_ID:-$(secret 10)}
S3_SECRET_ACCESS_KEY=${S3_SECRET_ACCESS_KEY:-$(secret 30)}

case $REDIS_URL in
  rediss://*) tls=enable ;;
  redis://*) tls=disable ;;
  *) echo 'make-secrets: REDIS_URL has to begin with redis:// or rediss://' >&2; exit 1 ;;
esac
place=${REDIS_URL#*://}
login=default:
case $place in *@*) login=${place%@*}; place=${place##*@} ;; esac
case $login in *:*) ;; *) login=$login: ;; esac
user=${login%%:*}
print medley-redis --from-literal="url=$REDIS_URL" --from-literal="address=${place%%/*}" \
  --from-literal="username=${user:-default}" --from-literal="password=${login#*:}" --from-literal="tls=$tls"

cat >"$folder/s3.json" <<END
{
  "identities": [
    {
      "name": "medley",
      "credentials": [{ "accessKey": "$S3_ACCESS_KEY_ID", "secretKey": "$S3_SECRET_ACCESS_KEY" }],
      "actions": ["Read:medley", "Write:medley", "List:medley", "Tagging:medley"]
    }
  ]
}
END
print medley-s3 --from-literal="S3_ACCESS_KEY_ID=$S3_ACCESS_KEY_ID" \
  --from-literal="S3_SECRET_ACCESS_KEY=$S3_SECRET_ACCESS_KEY" --from-file="$folder/s3.json"

print medley-secrets --from-literal="MEDLEY_SECRET=$(secret 32)" --from-literal="MEDLEY_BOOTSTRAP_KEY=mdl_$(secret 24)"

sh "$here/../docker/make-certificates.sh" "$folder/certificates" >&2
print medley-workers-tls --from-file="$folder/certificates/ca.crt" \
  --from-file="tls.crt=$folder/certificates/worker.crt" --from-file="tls.key=$folder/certificates/worker.key"
