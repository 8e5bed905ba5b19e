#!/bin/sh
# Put a backup back: restore.sh FOLDER KEYFILE, into the empty database that PGHOST, PGUSER and PGDATABASE name and the
# empty folder BACKUP_FILES. Refuses what was altered, and a database or folder that is not empty.
set -eu
umask 077
from=${1:?which backup} key=${2:?the private key of age} files=${BACKUP_FILES:-/state}
[ -z "${PGPASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PGPASSWORD_FILE"); export PGPASSWORD; }
refuse() { echo "restore: $1" >&2; exit 1; }

(cd "$from" && sha256sum --check --strict --quiet SHA256SUMS) || refuse "the backup is not as it was made"
tables=$(psql --no-psqlrc --tuples-only --no-align --command \
    "select count(*) from information_schema.tables where table_schema = 'public'") || refuse "the database does not answer"
[ "$tables" = 0 ] || refuse "the database is not empty"
mkdir -p "$files"
for name in files print seals; do [ ! -e "$files/$name" ] || refuse "$files/$name is there already"; done

age --decrypt --identity "$key" "$from/database.dump.age" |
    pg_restore --dbname "${PGDATABASE:?}" --no-owner --exit-on-error --single-transaction || refuse "the database"
age --decrypt --identity "$key" "$from/files.tar.age" | tar --extract --directory "$files" --same-permissions ||
    refuse "the files"
echo "restore: $from is back"
