#!/bin/sh
# Makes an authority and one certificate that all workers of a deployment share, in a folder, unless they are there:
# make-certificates.sh FOLDER [DAYS]. Workers prove to each other that the authority has signed them.
set -eu
folder=${1:?it takes FOLDER [DAYS]}
days=${2:-825}
mkdir -p "$folder"
cd "$folder"
if [ -s worker.crt ]; then
  echo "certificates are in $folder already"
  exit 0
fi
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$days" \
  -subj '/CN=Medley workers' -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
  -addext 'keyUsage=critical,keyCertSign' -keyout authority.key -out ca.crt 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -subj '/CN=latents.medley.internal' -keyout worker.key -out worker.csr 2>/dev/null
cat >extensions <<'END'
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:latents.medley.internal
END
openssl x509 -req -in worker.csr -CA ca.crt -CAkey authority.key -CAcreateserial -days "$days" \
  -extfile extensions -out worker.crt.part 2>/dev/null
# Nobody needs to sign another one with it.
rm -f authority.key worker.csr extensions ca.srl
mv worker.crt.part worker.crt
echo "certificates for $days days are in $folder"
