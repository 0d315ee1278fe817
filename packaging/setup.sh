#!/bin/sh
# Sets up everything Athanor needs on a fresh machine: Qt's system libraries where apt can give them, a virtual
# environment, torch in its CPU build unless an NVIDIA GPU is there, and the project itself with its development tools.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
EXTRAS=${EXTRAS:-dev}
TORCH=2.13.0

fail() { printf 'athanor setup: %s\n' "$*" >&2; exit 1; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  fail "Python 3.11 or newer is needed and '$PYTHON' is not; set PYTHON=/path/to/python3.11"

# --- system libraries of Qt's X11 plug-in (Debian and Ubuntu) ---
if [ "$(uname)" = Linux ]; then
  missing=""
  for package in libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6 libxkbcommon0 libxkbcommon-x11-0 \
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 \
    libxcb-xinerama0 libxcb-xkb1 fonts-dejavu-core; do
    if command -v dpkg-query >/dev/null 2>&1; then
      # Newer releases renamed some packages for 64-bit time (libglib2.0-0t64): either name will do.
      dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    fi
  done
  if [ -n "$missing" ]; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo -n"
    if command -v apt-get >/dev/null 2>&1 && $root true 2>/dev/null; then
      echo "Installing the system libraries Qt needs:$missing"
      # shellcheck disable=SC2086
      $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        echo "athanor setup: apt-get failed; install these by hand if the window does not open:$missing" >&2
    else
      echo "athanor setup: these system libraries are missing and cannot be installed from here:$missing" >&2
      echo "               run: sudo apt-get install$missing" >&2
    fi
  elif ! command -v dpkg-query >/dev/null 2>&1; then
    echo "athanor setup: not a Debian system; if the window does not open, Qt needs: EGL, GL, glib, dbus, fontconfig," >&2
    echo "               xkbcommon(-x11), xcb-util cursor, icccm, image, keysyms, renderutil" >&2
  fi
fi

# --- virtual environment ---
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV" ||
  fail "no virtual environment could be made; on Debian: apt-get install python3-venv"
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

# --- torch: the CPU build unless a GPU is there (the default wheel on Linux brings gigabytes of CUDA) ---
if ! "$VENV/bin/python" -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null; then
  if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; then
    echo "Installing torch for the GPU found here"
    pip install "torch>=$TORCH"
  elif [ "$(uname)" = Linux ]; then
    echo "Installing torch (CPU build)"
    # A CPU wheel that pip already knows of (a local folder of wheels) is taken first; else PyTorch's own CPU index.
    pip download --no-deps --dest "$VENV/wheels" "torch==$TORCH+cpu" 2>/dev/null && pip install "$VENV"/wheels/torch-*.whl ||
      pip install "torch==$TORCH" --index-url https://download.pytorch.org/whl/cpu 2>/dev/null ||
      pip install "torch==$TORCH"
    rm -rf "$VENV/wheels"
  else
    pip install "torch>=$TORCH"
  fi
fi

echo "Installing Athanor and its tools"
pip install --editable ".[$EXTRAS]"
echo "Ready"
