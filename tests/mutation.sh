#!/usr/bin/env bash
# Changes the core in every small way that a tool can think of, and counts the changes that no test notices. Takes about half an hour; a command of
# its own, not a part of tests/run.sh. The report is written to tests/Gateway.Core.Tests/StrykerOutput.
set -euo pipefail
cd "$(dirname "$0")/Gateway.Core.Tests"

tools="${TMPDIR:-/tmp}/gateway-tools"
if [ ! -x "$tools/dotnet-stryker" ]; then
  dotnet tool install dotnet-stryker --version 5.1.0 --tool-path "$tools"
fi

WALKS="${WALKS:-30}" "$tools/dotnet-stryker" --config-file stryker-config.json "$@"
