#!/bin/sh
# Gives the test set-up without authentication fresh credentials of your own AWS profile: temporary ones end after hours.
#   config/kubernetes/overlays/dev/refresh-credentials.sh [profile]
set -eu

profile=${1:-default}
namespace=cloudwatch-mcp-test
file=$(mktemp)
trap 'rm -f "$file"' EXIT

keys=$(aws configure export-credentials --profile "$profile" --format env-no-export)
value() { printf '%s\n' "$keys" | sed -n "s/^$1=//p"; }
{
  echo '[default]'
  echo "aws_access_key_id=$(value AWS_ACCESS_KEY_ID)"
  echo "aws_secret_access_key=$(value AWS_SECRET_ACCESS_KEY)"
  token=$(value AWS_SESSION_TOKEN)
  if [ -n "$token" ]; then echo "aws_session_token=$token"; fi
} > "$file"

kubectl create secret generic aws-credentials --namespace "$namespace" \
  --from-file=credentials="$file" --dry-run=client --output yaml | kubectl apply --filename -
kubectl rollout restart deployment/cloudwatch-mcp --namespace "$namespace"
