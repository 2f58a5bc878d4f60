#!/usr/bin/env bash
# Sets up what is missing and runs every test: the core's transcripts, the simulator's seeds, unit and host tests, end to end with real processes and a real
# Prometheus, the tidy rules, Vitest, and Playwright in a real Chromium against a real gateway. Needs the .NET SDK 10 and Node.js 20;
# installs Debian's chromium and prometheus where they are missing. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
results=$(mktemp -d)
passed=0 failed=0 broken=0
trap 'stop_gateway; rm -rf "$results"' EXIT

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; printf '%s passed, %s failed\n' "$passed" "$((failed + 1))"; exit 1; }
# A step that could not even count its tests counts as one failure.
broke() { printf 'FAILED: %s\n' "$*"; broken=$((broken + 1)); }

set_up() {
  command -v dotnet >/dev/null || die "The .NET SDK 10 is missing: install it first."
  command -v npm >/dev/null || die "Node.js 20 or later is missing: install it first."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js is $(node --version); 20 or later is needed."
  local wanted=()
  command -v chromium >/dev/null || wanted+=(chromium)
  { command -v prometheus && command -v promtool; } >/dev/null || wanted+=(prometheus)
  if [ ${#wanted[@]} -gt 0 ]; then
    say "installing ${wanted[*]}"
    local as=()
    [ "$(id -u)" = 0 ] || as=(sudo)
    "${as[@]}" apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
      die "apt-get could not install ${wanted[*]}."
  fi
}

build() {
  say "restore and build"
  npm ci --prefix frontend --no-audit --no-fund --loglevel=error || die "npm ci failed."
  dotnet build Gateway.sln -v quiet -nologo || die "The build failed."
}

# A project's tests, counted out of its result file.
dotnet_tests() {
  local project=$1
  say "$project"
  dotnet test "tests/$project" --no-build -nologo --logger "trx;LogFileName=$results/$project.trx" --logger "console;verbosity=minimal"
  local code=$? counters
  counters=$(grep -o '<Counters [^>]*' "$results/$project.trx" 2>/dev/null) || { broke "$project did not run"; return; }
  count "$(sed -E 's/.* passed="([0-9]+)".*/\1/' <<<"$counters")" "$(sed -E 's/.* failed="([0-9]+)".*/\1/' <<<"$counters")"
  [ $code -eq 0 ] || grep -q ' failed="[1-9]' <<<"$counters" || broke "$project ended with exit code $code"
}

count() { passed=$((passed + $1)); failed=$((failed + $2)); }

# Seeds count as one test. Optimized code runs four times as many in the same time.
simulation() {
  say "Gateway.Simulation, 50,000 seeds"
  dotnet build tests/Gateway.Simulation -c Release -v quiet -nologo || { broke "the simulator did not build"; return; }
  if dotnet tests/Gateway.Simulation/bin/Release/net10.0/Gateway.Simulation.dll --seeds 50000; then count 1 0; else count 0 1; fi
}

vitest() {
  say "vitest"
  (cd frontend && npx vitest run --reporter=default --reporter=json --outputFile.json="$results/vitest.json")
  count_json "$results/vitest.json" 'r => [r.numPassedTests, r.numFailedTests + (r.success ? 0 : r.numFailedTestSuites && !r.numFailedTests)]' vitest
}

playwright() {
  say "playwright, Chromium against a running gateway"
  start_gateway || { broke "the gateway for Playwright did not start"; return; }
  (cd frontend && GATEWAY_URL=$gateway_url PLAYWRIGHT_JSON_OUTPUT_NAME="$results/playwright.json" npx playwright test --reporter=list,json)
  count_json "$results/playwright.json" 'r => [r.stats.expected + r.stats.flaky, r.stats.unexpected]' playwright
  stop_gateway
}

count_json() {
  local numbers
  numbers=$(node -p "(($2)(JSON.parse(require('fs').readFileSync('$1')))).map(Number).join(' ')" 2>/dev/null) || { broke "$3 did not run"; return; }
  # shellcheck disable=SC2086
  count $numbers
}

gateway_pid=
start_gateway() {
  local ports
  mapfile -t ports < <(node -e '
    const net = require("net"), open = [];
    for (let i = 0; i < 3; i++) open.push(net.createServer().listen(0, "127.0.0.1"));
    setTimeout(() => { for (const s of open) { console.log(s.address().port); s.close(); } }, 100);')
  gateway_url=http://127.0.0.1:${ports[0]}
  mkdir -p "$results/gateway"
  (cd "$results/gateway" && exec dotnet "$root/gateway/Gateway.Host/bin/Debug/net10.0/Gateway.Host.dll" \
    --demo --urls "$gateway_url" "--Demo:Ports=${ports[1]},${ports[2]}" >gateway.out 2>&1) &
  gateway_pid=$!
  for _ in $(seq 100); do
    curl -sf "$gateway_url/readyz" >/dev/null && return 0
    kill -0 "$gateway_pid" 2>/dev/null || break
    sleep 0.2
  done
  cat "$results/gateway/gateway.out"
  return 1
}

stop_gateway() {
  [ -n "$gateway_pid" ] || return 0
  kill -TERM "$gateway_pid" 2>/dev/null
  wait "$gateway_pid" 2>/dev/null
  gateway_pid=
}

set_up
build
for project in Tidy Gateway.Core.Tests Gateway.Simulation Gateway.Tests Gateway.EndToEnd; do
  dotnet_tests "$project"
done
simulation
vitest
playwright

failed=$((failed + broken))
say "all tests"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
