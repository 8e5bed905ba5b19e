#!/bin/sh
# The roles of Evenhand on a server of PostgreSQL, each with the password that stands in a file of its own.
set -eu
PGPASSWORD="$(cat /run/secrets/postgres_password)"
export PGPASSWORD
here="$(dirname "$0")"
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --file "$here/roles.sql"
for role in owner product reader; do
    echo "ALTER ROLE evenhand_$role PASSWORD :'given';" |
        psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set given="$(cat "/run/secrets/${role}_password")"
done
