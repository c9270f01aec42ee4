#!/usr/bin/env bash
# The main job from end to end, on a synthetic dataset small enough for two CPU cores.
# Every step resumes: run it again after an interruption and it goes on where it stopped.
set -euo pipefail
BIN=${BIN:-.venv/bin}
export OMP_WAIT_POLICY=PASSIVE
MODELS=never,always,random-matched,lbp-top,lbp-sip,chi2-difference,temporal-maxer,meldae-no-enhancer,meldae-literal,meldae
started=$SECONDS
step() { printf '\n\033[1m== %s\033[0m  (%d s)\n' "$1" $((SECONDS - started)); shift; echo "\$ ${*#"$BIN"/}"; "$@"; }

step "1. A synthetic ELAN project: films, three annotators, exact truth" \
  "$BIN/wdmd" demo --recordings 40 --subjects 16 --seconds 24 --fps 30 --size 320 --me-rate 0.35 --me-amplitude 1.5 --seed 7 --out demo
step "2. Is everything in order?" \
  "$BIN/wdmd" check --elan demo/ann --videos demo/raw
step "3. ELAN and films to aligned face crops and tables" \
  "$BIN/wdmd" build --elan demo/ann --videos demo/raw --size 112 --jobs 2 --out data
step "4. How far do the annotators agree?" \
  "$BIN/wdmd" agreement data --out data/agreement
step "5. The dataset's two figures" \
  "$BIN/wdmd" stats data --out data/stats
step "6. Train the model" \
  "$BIN/meldae" train data --preset nano --out runs
step "7. Models beside each other (all that there are: bench run --all, some minutes more)" \
  "$BIN/bench" run --models "$MODELS" --data data --jobs 2 --out results --leaderboard leaderboard

step "8. One test clip over time" \
  "$BIN/bench" report --data data --results results --out leaderboard/timeline.png

cat <<EOF

Done in $((SECONDS - started)) s. Look at:
  leaderboard        leaderboard/leaderboard.html   (also .md, .csv, .tex and leaderboard.png)
  every test clip    leaderboard/clips/             (all models' scores, pictures and film)
  one clip over time leaderboard/timeline.png       (figure 5 of the paper)
  agreement          data/agreement/agreement.md    (and agreement.png)
  dataset's figures  data/stats/states.png, data/stats/durations.png
  the films          demo/contact_sheet.png, demo/raw/, demo/ann/ (open one in ELAN)
EOF
