#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version; does nothing where they have it.
set -eu
versions=/etc/temporal/schema/postgresql/v12

bring_up() {
  SQL_DATABASE=$1
  export SQL_DATABASE
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-dir "$versions/$2/versioned"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
