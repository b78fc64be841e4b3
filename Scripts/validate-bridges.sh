#!/bin/sh
# Can the probability of a bridge be taken at its word, and does tracing harm what needs no bridge?
# On predictions of simulated worlds of all kinds, on masks into which gaps of 5-60 nm were cut, and on
# the complete true masks of scenes with neighbouring membranes.
#
#   Scripts/validate-bridges.sh [FOLDER] [TRACER]      FOLDER: default validation/bridges
#
# COUNT worlds (default 20) from SEED on (default 970001) and GAPS scenes with cut masks (default 30)
# from seed 9431 on: used for nothing else. PLOT: an SVG file, of all of them.
set -eu
cd "$(dirname "$0")/.."
bilayer=${BILAYER:-.build/release/bilayer}
out=${1:-validation/bridges}
tracer=${2:-Models/tracer.safetensors}
[ -x "$bilayer" ] || { echo "validate: build first: make build" >&2; exit 1; }
mkdir -p "$out"

# Traces what a folder's file says and scores it.
#   traced FOLDER OPTION...
traced() {
  folder=$1
  shift
  # A folder's plan keeps the options of an earlier run.
  rm -rf "${folder:?}/traced"
  $bilayer trace "$@" --tomogram "$folder/tomogram.mrc" --tracer "$tracer" \
    --output "$folder/traced" --force --quiet
  $bilayer evaluate "$folder/traced" "$folder" --quiet >"$folder/scores.txt"
}

$bilayer simulate --randomise --count "${COUNT:-20}" --seed "${SEED:-970001}" --output "$out/worlds" \
  --quiet --resume
for folder in "$out"/worlds/*; do
  $bilayer predict "$folder/tomogram.mrc" --output "$folder/predicted" --quiet --resume
  traced "$folder" --probability "$folder/predicted/probability.mrc" --accept "${ACCEPT:-0.5}"
done
# Prints how many of the bridges given about 0.6, 0.7, ... are right.
#   reliability TITLE FILE...
reliability() {
  title=$1
  shift
  echo "| probability, $title | bridges | right | share | 95 % interval |"
  echo '|---|---|---|---|---|'
  for tenth in 6 7 8 9; do
    cat "$@" | awk -v tenth=$tenth '
      $1 == "bridges_near_0_" tenth { n += $2 }
      $1 == "bridges_near_0_" tenth "_right" { k += $2 }
      END {
        if (!n) { print "| 0." tenth " | 0 | | | |"; exit }
        # Wilson (1927).
        z = 1.96; p = k / n; d = 1 + z * z / n
        c = (p + z * z / (2 * n)) / d; w = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
        printf "| 0.%d | %d | %d | %.3f | %.3f - %.3f |\n", tenth, n, k, p, c - w, c + w
      }'
  done
  cat "$@" | awk '
    { s[$1] += $2 }
    END { printf "all accepted: %d of %d right\n\n", s["bridges_right"], s["bridges_accepted"] }'
}

seed=9431
while [ $seed -lt $((9431 + ${GAPS:-30})) ]; do
  folder=$out/gaps/$seed
  $bilayer simulate --gaps --seed $seed --leaflet-cnr 0.5 --output "$folder" --quiet --resume
  traced "$folder" --mask "$folder/mask.mrc" --accept "${ACCEPT:-0.5}"
  seed=$((seed + 1))
done
reliability 'gaps of the network' "$out"/worlds/*/scores.txt
reliability 'gaps cut into masks' "$out"/gaps/*/scores.txt
reliability all "$out"/worlds/*/scores.txt "$out"/gaps/*/scores.txt | tee "$out/reliability.txt"

echo "complete masks: false area over true area (aim: at most 0.01)"
for seed in 9421 9422 9423; do
  $bilayer simulate --gaps --output "$out/complete/$seed" --seed $seed --quiet --resume
  traced "$out/complete/$seed" --mask "$out/complete/$seed/labels.mrc"
  awk -v seed=$seed '{ s[$1] = $2 }
    END { printf "seed %d: %.4f, %d bridges\n", seed, s["gap_area_bridged_nm2"] / s["area_truth_nm2"],
      s["bridges_accepted"] }' "$out/complete/$seed/scores.txt"
done

[ -z "${PLOT:-}" ] || awk -F'|' '
  BEGIN {
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 300 300\" font-family=\"sans-serif\" font-size=\"11\">"
    print "<rect width=\"300\" height=\"300\" fill=\"white\"/><path d=\"M40 260 L280 20\" stroke=\"#999\" stroke-dasharray=\"4\"/>"
    print "<path d=\"M40 20 V260 H280\" fill=\"none\" stroke=\"black\"/>"
    print "<text x=\"110\" y=\"292\">probability given</text><text transform=\"translate(14 190) rotate(-90)\">share that is right</text>"
    for (t = 0; t <= 10; t += 2) {
      printf "<text x=\"%d\" y=\"274\">%.1f</text><text x=\"20\" y=\"%d\">%.1f</text>\n", 33 + 24 * t, t / 10, 264 - 24 * t, t / 10
    }
  }
  $3 + 0 {
    split($6, i, " - "); x = 40 + 240 * $2
    printf "<path d=\"M%.1f %.1f V%.1f\" stroke=\"#0072b2\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#0072b2\"/>\n", x, 260 - 240 * i[1], 260 - 240 * i[2], x, 260 - 240 * $5
    printf "<text x=\"%.1f\" y=\"%.1f\">%d</text>\n", x + 5, 258 - 240 * $5, $3
  }
  END { print "</svg>" }' "$out/reliability.txt" >"$PLOT"
