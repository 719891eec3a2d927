#!/usr/bin/env bash
# Shows every mail in a real Chromium, in light, in dark, at 320 px and right-to-left, and writes a picture
# of each type into target/screenshots (or the folder that is given). The browser itself measures on the way:
# nothing may be wider than its window, and all text must have a contrast of 4.5 to its ground. Fails if not.
#   tests/browser/templates.sh [FOLDER [TYPE …]]
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
binary="$(cd "$target/debug" && pwd)/postrider"
shots="${1:-$target/screenshots}"
shift || true
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$shots"

export POSTRIDER_TEMPLATES_BRAND_NAME='Example Shop' POSTRIDER_TEMPLATES_BRAND_LOGO_FILE="$PWD/tests/fixtures/logo.png" \
  POSTRIDER_TEMPLATES_BRAND_COLOUR='#0f766e' POSTRIDER_TEMPLATES_BRAND_SUPPORT_ADDRESS=help@example.org \
  POSTRIDER_TEMPLATES_BRAND_FOOTER='Example Ltd, 1 Example Street'
only=()
for type in "$@"; do only+=(--type "$type"); done
(cd "$work" && "$binary" templates preview --out "$work/mails" --locale en --locale ar "${only[@]}" >/dev/null)

frame() { # file width: one mail as it is seen in a window of that width
  printf '<iframe width="%s" data-name="%s" srcdoc="' "$2" "$(basename "$1") at $2 px"
  sed -e 's/&/\&amp;/g' -e 's/"/\&quot;/g' "$1"
  printf '"></iframe>\n'
}

failed=0
for folder in "$work"/mails/*/; do
  type=$(basename "$folder")
  for light in "$folder"en*.light.html; do
    sample=$(basename "$light" .light.html)
    name="$type${sample#en}"
    {
      printf '<!doctype html><meta charset="utf-8"><style>body{margin:0;display:flex;align-items:flex-start;gap:12px;background:#888}iframe{border:0;flex:none}#told{display:none}</style>\n'
      frame "$light" 600
      frame "${light%.light.html}.dark.html" 600
      frame "$light" 320
      frame "${folder}ar${sample#en}.light.html" 600
      frame "${folder}ar${sample#en}.dark.html" 320
      printf '<pre id="told">not measured</pre><script>\n'
      cat tests/browser/measure.js
      printf '</script>\n'
    } >"$work/$name.html"
    browse() {
      timeout 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
        --user-data-dir="$work/profile" --virtual-time-budget=3000 "$@" "file://$work/$name.html" 2>/dev/null
    }
    told=$(browse --dump-dom | sed -n 's|.*<pre id="told">\(.*\)</pre>.*|\1|p')
    height=$(printf '%s' "$told" | sed -n 's/.*height \([0-9]*\).*/\1/p')
    browse --window-size="2492,${height:-1400}" --screenshot="$shots/$name.png" >/dev/null
    [ -s "$shots/$name.png" ] || { echo "$name: no picture was taken" >&2; failed=1; }
    case $told in
      'measured '*) printf '%s: %s\n' "$name" "$told" ;;
      *) printf '%s: %s\n' "$name" "$told" >&2; failed=1 ;;
    esac
  done
done
echo "pictures in $shots"
exit "$failed"
