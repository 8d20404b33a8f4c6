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
dotnet build LoyaltyAdmin.Domain -v q
for provider in Sqlite PostgreSql SqlServer; do
  dotnet ef migrations script --no-build --project LoyaltyAdmin.Domain --startup-project LoyaltyAdmin.Domain \
    --context "${provider}LoyaltyDbContext" --output "LoyaltyAdmin.Domain/Data/Migrations/$provider.sql"
done
