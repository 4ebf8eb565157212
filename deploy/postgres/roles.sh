#!/bin/sh
# Run by PostgreSQL's image at its first start only: a role and its databases for each of the two systems.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\getenv netterms_password NETTERMS_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD
create role netterms login password :'netterms_password';
create role temporal login password :'temporal_password';
create database netterms owner netterms;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database netterms, temporal, temporal_visibility from public;
SQL
