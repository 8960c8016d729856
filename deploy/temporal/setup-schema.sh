#!/bin/sh
# Makes Temporal's two databases, or brings them to the schema of this image. Safe to repeat: an existing database
# is kept, applied versions are skipped. SQL_HOST, SQL_USER and so on say where PostgreSQL is.
set -eu

setup() {
  temporal-sql-tool --db "$1" create
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

setup temporal temporal
setup temporal_visibility visibility
