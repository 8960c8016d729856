#!/bin/sh
# Copies the data of a running `npm start` into a new folder: backup.sh <DATA_DIR> <new folder>
# Needs sqlite3. docs/hosting.md says how to bring a copy back, and what to do first.
set -eu
[ $# -eq 2 ] || { echo "usage: $0 <DATA_DIR> <new folder>" >&2; exit 2; }
umask 077
mkdir "$2"

# The database before the files: a claim that is newer than the database is found and adopted when work goes on. A
# claim that is missing could be paid again. Not VACUUM INTO: it may renumber rows that the search index points to.
if [ -f "$1/temporal.db" ]; then
  sqlite3 -cmd '.timeout 30000' "$1/temporal.db" ".backup '$2/temporal.db'"
fi

# 1 says that a file changed while it was read, such as a download: the next start fetches that one again.
status=0
tar --create --directory "$1" --exclude './temporal.db*' --exclude './lock' --file "$2/files.tar" . || status=$?
[ "$status" -le 1 ]
