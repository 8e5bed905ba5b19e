#!/bin/sh
# Database and files, each locked for the holder of a private key that is not on this machine. docs/running.md: "Backups".
#   backup.sh now        make one
#   backup.sh daily      make one each day at BACKUP_AT (UTC), for ever
# PGHOST, PGUSER, PGDATABASE and PGPASSWORD_FILE say which database; BACKUP_RECIPIENT is an age public key.
set -eu
umask 077
: "${BACKUP_RECIPIENT:?is not set: make a pair of keys with age-keygen and give the public one}"
folder=${BACKUP_FOLDER:-/backups} files=${BACKUP_FILES:-/state} keep=${BACKUP_KEEP_DAYS:-35} at=${BACKUP_AT:-01:30}
[ -z "${PGPASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PGPASSWORD_FILE"); export PGPASSWORD; }

# Each part goes through a pipe, so that nothing unlocked touches a disk. A part whose maker failed is not one.
locked() {
    target=$1
    shift
    { "$@" || echo failed >"$work/failed"; } | age --encrypt --recipient "$BACKUP_RECIPIENT" >"$target"
    [ ! -e "$work/failed" ] || { echo "backup: $1 failed" >&2; return 1; }
}

now() {
    stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
    work=$folder/.$stamp.part
    mkdir "$work"
    trap 'rm -rf "$work"' EXIT INT TERM
    # The database first: files are only ever added, so each file that a row names is in the copy made after it.
    locked "$work/database.dump.age" pg_dump --format custom --no-owner
    locked "$work/files.tar.age" tar --create --directory "$files" $(cd "$files" && for name in files print seals; do
        [ ! -d "$name" ] || echo "$name"; done) --files-from /dev/null
    (cd "$work" && sha256sum database.dump.age files.tar.age >SHA256SUMS)
    sync "$work"/*
    mv "$work" "$folder/$stamp"
    trap - EXIT INT TERM
    echo "backup: $folder/$stamp"
    # Older ones go, but never because the newer ones failed: as many days are kept as have a backup.
    ls -1 "$folder" | sort -r | tail -n "+$((keep + 1))" | while read -r old; do rm -rf "${folder:?}/$old"; done
}

case ${1:-} in
now) now ;;
daily)
    while :; do
        wait=$(($(date -u -d "$at" +%s) - $(date -u +%s)))
        [ "$wait" -gt 0 ] || wait=$((wait + 86400))
        sleep "$wait"
        sh "$0" now || echo "backup: FAILED, tried again tomorrow" >&2
    done
    ;;
*) sed -n '2,5p' "$0" >&2 && exit 2 ;;
esac
