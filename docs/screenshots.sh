#!/usr/bin/env bash
# Takes the README's pictures anew: every menu entry of the demo company, 1280 px wide.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p docs/screenshots
LOYALTY_SCREENSHOTS=1 ./test.sh --filter FullyQualifiedName~EveryPageTests
