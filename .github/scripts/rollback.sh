#!/usr/bin/env bash
# Puts an ECS service back on an earlier task definition and waits until it runs there.
#
#   rollback.sh CLUSTER SERVICE [TASK_DEFINITION_ARN]
#
# Without an ARN: the revision before the present one. Region and credentials are those of the AWS CLI.
# Exit code 0 when the service runs there, 1 with one line that says why not, 2 when called wrongly.
set -euo pipefail

fail() {
  echo "rollback: $1" >&2
  exit "${2:-1}"
}

(($# == 2 || $# == 3)) || fail 'usage: rollback.sh CLUSTER SERVICE [TASK_DEFINITION_ARN]' 2
cluster=$1 service=$2 target=${3:-}

present() {
  aws ecs describe-services --cluster "$cluster" --services "$service" \
    --query 'services[0].taskDefinition' --output text
}

now=$(present)
[[ $now == arn:* ]] || fail "no service $service in cluster $cluster"

if [[ -z $target ]]; then
  family=${now##*/}
  family=${family%:*}
  for arn in $(aws ecs list-task-definitions --family-prefix "$family" --status ACTIVE --sort DESC \
    --query taskDefinitionArns --output text); do
    # Revisions after the present one are those that an earlier rollback left.
    if [[ ${arn%:*} == "${now%:*}" ]] && ((${arn##*:} < ${now##*:})); then
      target=$arn
      break
    fi
  done
  [[ -n $target ]] || fail "no active revision of $family before ${now##*:}: deploy the former image instead"
fi

if [[ $now == "$target" ]]; then
  echo "$service already runs $target"
  exit 0
fi

echo "$service: $now -> $target"
aws ecs update-service --cluster "$cluster" --service "$service" --task-definition "$target" \
  --query 'service.status' --output text
aws ecs wait services-stable --cluster "$cluster" --services "$service"

# The deployment circuit breaker may have taken the service elsewhere meanwhile.
now=$(present)
[[ $now == "$target" ]] || fail "$service runs $now, not $target"
echo "$service runs $target"
