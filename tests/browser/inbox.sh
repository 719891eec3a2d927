#!/usr/bin/env bash
# Opens the inbox of `serve --dev` in a real Chromium: the sample mail must be there with its HTML in the
# frame. Fails if not. Uses the debug binary that `cargo run` made.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary="${CARGO_TARGET_DIR:-target}/debug/postrider"
binary="$(cd "$(dirname "$binary")" && pwd)/postrider"
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

export POSTRIDER_SERVE_ADMIN_PORT=0 POSTRIDER_SERVE_PUBLIC_PORT=0
(cd "$work" && exec "$binary" serve --dev >"$work/server.log" 2>&1) &
server=$!
endpoint=
for _ in $(seq 300); do
  endpoint=$(sed -n 's|^Inbox *\(http.*\)/ui/inbox$|\1|p' "$work/server.log")
  [ -z "$endpoint" ] || break
  sleep 0.1
done
[ -n "$endpoint" ] || { echo "the server does not start:" >&2; cat "$work/server.log" >&2; exit 1; }

browse() { # url: the page as the browser sees it
  timeout 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$work/profile" --virtual-time-budget=3000 --dump-dom "$1" 2>/dev/null
}
must() { # text in what we saw
  grep -qF -- "$1" "$work/page.html" || { echo "the browser does not show: $1" >&2; cat "$work/page.html" >&2; exit 1; }
}

for _ in $(seq 50); do
  browse "$endpoint/ui/inbox" >"$work/page.html"
  grep -q '<iframe' "$work/page.html" && break
  sleep 0.2
done
must 'recover access to your account'
must 'sandbox'
frame=$(grep -o 'src="/ui/inbox/[^"]*/html"' "$work/page.html" | head -n 1 | cut -d'"' -f2)
browse "$endpoint$frame" >"$work/page.html"
must '<table'
echo "inbox in Chromium: the sample mail is there"
