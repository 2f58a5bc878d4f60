#!/usr/bin/env bash
# tests/compose.sh: brings the whole demo up in containers, breaks its primary twice under load, and looks at what
# clients, operators and Prometheus saw. Every wait is for a condition and has a deadline.
#
#   GATEWAY_IMAGES_HOOK   a command that prepares base images (and an engine); run first, with this checkout's path
#   GATEWAY_PORT, FRONTEND_PORT, PRIMARY_PORT, SECONDARY_PORT, PROMETHEUS_PORT, GATEWAY_SUBNET
#                         as in docker-compose.yml; by default free ports are taken, to leave a running demo alone
# No pipefail: a feed that never ends is cut by curl's deadline, and what it said until then is what counts.
set -u

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project="gateway-compose-test"
services=(backend-primary backend-secondary gateway frontend prometheus)
work=$(mktemp -d)
passed=0 failed=0 engine_pid='' loads=() watcher='' up=false

main() {
  prepare_images
  if ! engine_runs && ! start_engine; then
    say "skipped: no Docker engine can be started"
    echo "0 passed, 0 failed, 1 skipped"
    return 0
  fi
  command -v curl >/dev/null || { fail "curl is installed"; finish; return; }
  find_compose || { fail "docker compose or docker-compose is installed"; finish; return; }
  choose_ports
  bring_up || { fail "the stack is built and started"; finish; return; }

  pass "the stack is built and started"
  the_stack_is_ready
  containers_are_hardened
  the_frontend_passes_everything_on
  start_load
  a_killed_primary_costs_no_get
  a_second_kill_through_the_frontend_costs_none_either
  stop_load
  no_get_has_failed
  prometheus_has_the_series
  the_history_outlives_the_gateway
  finish
}

# --- the steps ---------------------------------------------------------------------------------------------------------

the_stack_is_ready() {
  eventually 60 "the gateway is ready" answers 200 "$gateway/readyz"
  eventually 30 "the primary serves" serves primary
  for service in "${services[@]}"; do
    eventually 60 "$service is healthy" is_healthy "$service"
  done
  eventually 30 "Prometheus scrapes the gateway" at_least 1 'sum(up{job="gateway"})'
}

containers_are_hardened() {
  for service in "${services[@]}"; do
    check "$service runs without root" runs_without_root "$service"
    check "$service has a read-only root file system" inspects "$service" true '{{.HostConfig.ReadonlyRootfs}}'
    check "$service is published on 127.0.0.1 only" published_locally "$service"
  done
}

the_frontend_passes_everything_on() {
  check "the dashboard page comes through nginx" page_is_html
  check "the live feed comes through nginx" feed_has_a_snapshot
  check "upgrades come through nginx" answers_upgrade
  check "a page of another origin may not break anything" \
    answers 403 -X POST -H 'Origin: http://elsewhere.example' "$frontend/proxy/fail"
  curl -sN -m 300 "$frontend/proxy/events" >"$work/feed" &
  watcher=$!
}

a_killed_primary_costs_no_get() {
  local before
  before=$(count_answers secondary)
  check "POST /proxy/fail breaks the active backend" answers 200 -X POST "$gateway/proxy/fail"
  eventually 15 "the secondary is active" is_active secondary
  eventually 15 "answers come from the secondary" more_answers secondary "$before"
  eventually 30 "Docker has started the primary again" restarted_at_least 1
  eventually 60 "the primary is active again after its stable time" is_active primary
  eventually 15 "the primary serves again" serves primary
  check "the feed through nginx told of the failover" feed_told_of_the_failover
}

a_second_kill_through_the_frontend_costs_none_either() {
  local before
  before=$(count_answers secondary)
  check "POST /proxy/fail through nginx breaks the active backend" \
    answers 200 -X POST -H "Origin: $frontend" "$frontend/proxy/fail"
  eventually 15 "the secondary is active once more" is_active secondary
  eventually 15 "answers come from the secondary once more" more_answers secondary "$before"
  eventually 30 "Docker has started the primary a second time" restarted_at_least 2
  eventually 60 "the primary is active once more" is_active primary
}

no_get_has_failed() {
  local all bad
  all=$(cat "$work"/load.* | wc -l)
  bad=$(cat "$work"/load.* | awk -F'\t' '$NF != "200"' | tee "$work/bad" | wc -l)
  say "$all GETs, $bad failed, $(count_answers primary) answered by the primary, $(count_answers secondary) by the secondary"
  check "there was load all the time" test "$all" -ge 200
  check "no GET failed" test "$bad" -eq 0
  [ "$bad" -eq 0 ] || head -5 "$work/bad"
}

prometheus_has_the_series() {
  local failovers
  failovers=$(curl -s -m 5 "$gateway/proxy/switchovers?limit=100" | grep -oE '"kind": *"failover"' | wc -l)
  check "the history has both failovers" test "$failovers" -ge 2
  eventually 30 "Prometheus counts as many failovers as the history" \
    equals "$failovers" 'sum(gateway_changes_total{kind="failover"})'
  eventually 30 "Prometheus has gateway_failover_duration_seconds_count" \
    at_least 1 'sum(gateway_failover_duration_seconds_count)'
  eventually 30 "Prometheus knows the primary as up" equals 1 'gateway_backend_up{backend="primary"}'
  eventually 30 "Prometheus knows the secondary as up" equals 1 'gateway_backend_up{backend="secondary"}'
}

the_history_outlives_the_gateway() {
  compose restart gateway >>"$work/compose.log" 2>&1
  eventually 60 "the gateway is ready after a restart" answers 200 "$gateway/readyz"
  check "the history outlives a restart of the gateway" history_has_a_failover
}

# --- what is asked ------------------------------------------------------------------------------------------------------

answers() { # STATUS CURL-ARGUMENTS...
  local wanted=$1
  shift
  [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$@")" = "$wanted" ]
}

serves() { curl -s -m 5 "$gateway/api/data" | has "\"name\": *\"$1\""; }

is_active() { curl -s -m 5 "$gateway/proxy/health" | has "\"active\": *\"$1\""; }

page_is_html() { curl -fs -m 5 "$frontend/" | has '<!doctype html'; }

feed_has_a_snapshot() { curl -sN -m 3 "$frontend/proxy/events" | has '^event: *snapshot'; }

feed_told_of_the_failover() { has '^event: *event' <"$work/feed" && has '"kind": *"failover"' <"$work/feed"; }

history_has_a_failover() { curl -s -m 5 "$gateway/proxy/switchovers" | has '"kind": *"failover"'; }

answers_upgrade() {
  curl -siN -m 3 --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
    -H 'Sec-WebSocket-Key: Z2F0ZXdheSBjb21wb3NlIQ==' "$frontend/proxy/logs" | has '^HTTP/1.1 101'
}

count_answers() { cat "$work"/load.* 2>/dev/null | grep -cE "\"name\": *\"$1\""; }

more_answers() { [ "$(count_answers "$1")" -gt "$2" ]; }

is_healthy() { inspects "$1" healthy '{{.State.Health.Status}}'; }

restarted_at_least() { [ "$(inspect backend-primary '{{.RestartCount}}')" -ge "$1" ]; }

runs_without_root() {
  local user
  user=$(docker exec "$(container "$1")" id -u 2>/dev/null) && [ "$user" -gt 0 ]
}

published_locally() {
  local hosts
  hosts=$(inspect "$1" '{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}} {{end}}{{end}}')
  [ -n "$hosts" ] && [ -z "${hosts//127.0.0.1 /}" ]
}

inspects() { [ "$(inspect "$1" "$3")" = "$2" ]; } # SERVICE WANTED FORMAT

inspect() { docker inspect -f "$2" "$(container "$1")" 2>/dev/null; }

container() { compose ps -q "$1" 2>/dev/null | head -1; }

equals() { [ "$(query "$2")" = "$1" ]; } # NUMBER QUERY

at_least() { # NUMBER QUERY
  local value
  value=$(query "$2")
  [ -n "$value" ] && awk -v have="$value" -v want="$1" 'BEGIN { exit !(have >= want) }'
}

query() { # the value of the first series, or nothing
  curl -sG -m 5 --data-urlencode "query=$1" "$prometheus/api/v1/query" |
    grep -oE '"value":\[[^]]*\]' | head -1 | sed -E 's/.*,"([^"]*)"\]/\1/'
}

# Reads to the end, unlike grep -q, which would break the pipe of whoever is still writing.
has() { grep -iE "$1" >/dev/null; }

# --- load ---------------------------------------------------------------------------------------------------------------

start_load() {
  touch "$work/loading"
  for n in 1 2 3 4; do
    load "$work/load.$n" &
    loads+=($!)
  done
}

load() {
  while [ -e "$work/loading" ]; do
    curl -s -m 10 -w '\t%{http_code}\n' "$gateway/api/data"
  done >>"$1"
}

stop_load() {
  rm -f "$work/loading"
  [ ${#loads[@]} -eq 0 ] || wait "${loads[@]}"
  loads=()
}

# --- the stack ----------------------------------------------------------------------------------------------------------

prepare_images() {
  [ -n "${GATEWAY_IMAGES_HOOK:-}" ] || return 0
  say "running $GATEWAY_IMAGES_HOOK"
  "$GATEWAY_IMAGES_HOOK" "$repo" || say "the hook ended with exit code $?; going on without it"
}

engine_runs() { docker info >/dev/null 2>&1; }

start_engine() {
  command -v docker >/dev/null && command -v dockerd >/dev/null || return 1
  say "starting dockerd"
  setsid dockerd >"$work/dockerd.log" 2>&1 </dev/null &
  engine_pid=$!
  await 30 engine_runs_or_ended && engine_runs
}

engine_runs_or_ended() { engine_runs || ! kill -0 "$engine_pid" 2>/dev/null; }

find_compose() {
  if docker compose version >/dev/null 2>&1; then
    composer=(docker compose)
  elif command -v docker-compose >/dev/null; then
    composer=(docker-compose)
  else
    return 1
  fi
}

compose() { "${composer[@]}" -p "$project" -f "$repo/docker-compose.yml" "$@"; }

choose_ports() {
  export GATEWAY_PORT=${GATEWAY_PORT:-$(free_port 28021)} FRONTEND_PORT=${FRONTEND_PORT:-$(free_port 23000)}
  export PRIMARY_PORT=${PRIMARY_PORT:-$(free_port 23101)} SECONDARY_PORT=${SECONDARY_PORT:-$(free_port 23201)}
  export PROMETHEUS_PORT=${PROMETHEUS_PORT:-$(free_port 29090)} GATEWAY_SUBNET=${GATEWAY_SUBNET:-172.30.121.0/24}
  gateway=http://localhost:$GATEWAY_PORT
  frontend=http://localhost:$FRONTEND_PORT
  prometheus=http://localhost:$PROMETHEUS_PORT
}

free_port() { # the first port from FROM on that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  echo "$port"
}

bring_up() {
  up=true
  compose down -v --remove-orphans >"$work/compose.log" 2>&1
  say "building and starting (gateway $gateway, dashboard $frontend, Prometheus $prometheus)"
  compose up --build -d >>"$work/compose.log" 2>&1 || { tail -40 "$work/compose.log"; return 1; }
}

tear_down() {
  local status=$?
  rm -f "$work/loading"
  [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
  if $up; then
    compose down -v --remove-orphans -t 2 >/dev/null 2>&1
  fi
  [ -z "$engine_pid" ] || kill "$engine_pid" 2>/dev/null
  rm -rf "$work"
  exit "$status"
}

# --- telling ------------------------------------------------------------------------------------------------------------

say() { echo "compose: $*"; }

pass() { passed=$((passed + 1)); echo "  ok    $*"; }

fail() { failed=$((failed + 1)); echo "  FAIL  $*"; }

check() { # SENTENCE COMMAND...
  local sentence=$1
  shift
  if "$@"; then pass "$sentence"; else fail "$sentence"; fi
}

eventually() { # SECONDS SENTENCE COMMAND...
  local seconds=$1 sentence=$2 from=$SECONDS
  shift 2
  if await "$seconds" "$@"; then
    pass "$sentence ($((SECONDS - from)) s)"
  else
    fail "$sentence (not within $seconds s)"
  fi
}

await() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

finish() {
  if [ "$failed" -gt 0 ] && $up; then
    say "the last words of the containers:"
    compose logs --tail 25 --no-color 2>/dev/null
  fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

trap tear_down EXIT
trap 'exit 130' INT TERM
main
