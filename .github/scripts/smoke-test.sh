#!/usr/bin/env bash
# Asks a deployed server what a client would: health, challenge, metadata, the list of tools and one tool call.
#
#   SMOKE_API_KEY=... smoke-test.sh https://mcp.example.com [tool]
#
# SMOKE_API_KEY is an API key or an access token. SMOKE_WAIT_SECONDS (default 60) is how long it may take to be ready.
# Exit code 0 when all is well, 1 with one line that says what is not, 2 when called wrongly.
set -euo pipefail

base=${1:-}
base=${base%/}
tool=${2:-get_active_alarms}
wait_seconds=${SMOKE_WAIT_SECONDS:-60}

fail() {
  echo "smoke test: $1" >&2
  exit "${2:-1}"
}

[[ $base =~ ^https?://[^/]+$ ]] || fail 'the first argument must be the server, such as https://mcp.example.com' 2
[[ $tool =~ ^[a-z0-9_]+$ ]] || fail 'the second argument must be the name of a tool' 2
[[ -n ${SMOKE_API_KEY:-} ]] || fail 'SMOKE_API_KEY must hold an API key or an access token' 2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# In a file that only this user reads: arguments of a program are visible to everybody on the machine.
(umask 077 && printf 'Authorization: Bearer %s\n' "$SMOKE_API_KEY" >"$folder/credential")

# Prints the status; leaves headers and body in the folder. No redirects: the credential goes to this server alone.
ask() {
  curl --silent --max-time 60 --dump-header "$folder/headers" --output "$folder/body" --write-out '%{http_code}' "$@" || true
}

post() {
  local path=$1 body=$2
  shift 2
  ask --header 'Content-Type: application/json' --header 'Accept: application/json, text/event-stream' "$@" \
    --data "$body" "$base$path"
}

deadline=$((SECONDS + wait_seconds))
until status=$(ask "$base/health/ready") && [[ $status == 200 ]]; do
  ((SECONDS < deadline)) || fail "/health/ready answers $status after $wait_seconds seconds"
  sleep 1
done
status=$(ask "$base/health")
[[ $status == 200 ]] || fail "/health answers $status"
echo 'ok  health'

list='{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
status=$(post /mcp "$list")
[[ $status == 401 ]] || fail "/mcp without a credential answers $status: authentication may be off"
challenge=$(grep -i '^www-authenticate: *bearer' "$folder/headers" | tr -d '\r') || fail 'the 401 carries no challenge'
echo 'ok  refuses callers without a credential'

if [[ $challenge =~ resource_metadata=\"(https?://[^/\"]+)(/[^\"]+)\" ]]; then
  origin=${BASH_REMATCH[1]}
  status=$(ask "$base${BASH_REMATCH[2]}")
  [[ $status == 200 ]] || fail "the metadata that the challenge names answer $status"
  grep -qF "\"resource\":\"$origin/mcp\"" "$folder/body" || fail "the metadata do not name $origin/mcp as the resource"
  grep -q '"authorization_servers":\["' "$folder/body" || fail 'the metadata name no authorization server'
  echo 'ok  metadata for sign-in'
else
  echo '--  no sign-in configured, API keys only'
fi

status=$(post /mcp "$list" --header "@$folder/credential")
[[ $status == 200 ]] || fail "tools/list answers $status"
grep -qF "\"name\":\"$tool\"" "$folder/body" || fail "tools/list does not offer $tool"
echo 'ok  list of tools'

status=$(post /mcp/tools/call "{\"name\":\"$tool\",\"arguments\":{}}" --header "@$folder/credential")
[[ $status == 200 ]] || fail "$tool answers $status $(head -c 300 "$folder/body")"
echo "ok  $tool"
