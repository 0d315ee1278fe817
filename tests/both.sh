#!/bin/sh
# The engine's and the window's tests side by side, a process each as the program runs them: the window's never loads torch.
# Usage: both.sh PYTHON. What the window's tests say is shown when both have ended.
set -u
export OMP_NUM_THREADS=1
window=$(mktemp)
QT_QPA_PLATFORM=offscreen "$1" -m pytest -q tests/gui >"$window" 2>&1 &
child=$!
trap 'kill "$child" 2>/dev/null; rm -f "$window"' EXIT
trap 'exit 130' INT TERM
"$1" -m pytest -q tests/engine tests/packaging
engine=$?
wait "$child"
status=$?
cat "$window"
[ "$engine" -eq 0 ] && [ "$status" -eq 0 ]
