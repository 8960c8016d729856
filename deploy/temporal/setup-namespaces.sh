#!/bin/sh
# Makes the namespaces `default` and `simulated`, sets how long closed reels are kept, and registers the search
# attributes. Safe to repeat. TEMPORAL_ADDRESS says where Temporal is.
set -eu

# A namespace that was just made is not known to every part of the server at once.
retry() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if "$@"; then return; fi
    sleep 3
  done
  echo "gave up: $*" >&2
  exit 1
}

retry temporal operator cluster health

for namespace in default simulated; do
  temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace"
  retry temporal operator namespace update --namespace "$namespace" --retention "${TEMPORAL_RETENTION:-30d}"
  retry temporal operator search-attribute create --namespace "$namespace" \
    --name ReelStatus --type Keyword \
    --name ReelCause --type Keyword \
    --name ReelModel --type Keyword \
    --name ReelTitle --type Text \
    --name ReelTaskIds --type KeywordList \
    --name ReelUncertainCredits --type Int \
    --name ReelClient --type Keyword
done
