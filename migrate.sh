#!/usr/bin/env bash
# Adds a migration of the current model to all three provider sets: ./migrate.sh NameOfTheFeature
# The scripts in LoyaltyAdmin.Domain/Data/Migrations/*.sql are for review: what a fresh database of each kind will run.
set -euo pipefail
cd "$(dirname "$0")"
export MSBUILDDISABLENODEREUSE=1
name=${1:?usage: ./migrate.sh NameOfTheFeature}
dotnet tool restore >/dev/null
dotnet build LoyaltyAdmin.Domain -v q
for provider in Sqlite PostgreSql SqlServer; do
  dotnet ef migrations add "$name" --no-build --project LoyaltyAdmin.Domain --startup-project LoyaltyAdmin.Domain \
    --context "${provider}LoyaltyDbContext" --output-dir "Data/Migrations/$provider"
done
# A migration's own copy of the whole model is read when SQLite rebuilds a table, when SQL Server filters an index and when
# the newest is removed again: the other copies were 40,000 lines that every build compiled. MigrationScriptTests show that
# no statement depends on them.
for designer in $(for provider in Sqlite PostgreSql; do ls LoyaltyAdmin.Domain/Data/Migrations/$provider/*.Designer.cs | head -n -2; done); do
  rebuilds='migrationBuilder\.((Alter|Drop|Rename)Column|(Add|Drop)(CheckConstraint|ForeignKey|PrimaryKey|UniqueConstraint))'
  [[ $designer == */Sqlite/* ]] && grep -qE "$rebuilds" "${designer/.Designer/}" && continue
  awk '/protected override void BuildTargetModel/ { inside = 1 }
       !inside && !/<inheritdoc \/>/ { print }
       inside && /^        }/ { inside = 0 }' "$designer" > "$designer.short"
  mv "$designer.short" "$designer"
done
dotnet build LoyaltyAdmin.Domain -v q
for provider in Sqlite PostgreSql SqlServer; do
  dotnet ef migrations script --no-build --project LoyaltyAdmin.Domain --startup-project LoyaltyAdmin.Domain \
    --context "${provider}LoyaltyDbContext" --output "LoyaltyAdmin.Domain/Data/Migrations/$provider.sql"
done
