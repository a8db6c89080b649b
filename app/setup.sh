# setup.sh: what app/run and tests/run share: Debian packages, and a build that is installed under build/. Sourced, not run.

# Debian 12 names; --no-install-recommends, so librsvg2-common (GTK's own loader for SVG icons) is named by hand.
build_packages=(build-essential pkg-config meson ninja-build gettext
  libgtk-4-dev libadwaita-1-dev librsvg2-common libgdk-pixbuf-2.0-dev libsqlite3-dev libjson-c-dev libzstd-dev libpng-dev libssl-dev
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libdnnl-dev
  libopencv-imgproc-dev libopencv-video-dev
  desktop-file-utils appstream appstream-util ffmpeg)
# A pen and a touchscreen for tests: an X server whose devices a program moves. Without them these tests are skipped.
tablet_packages=(xserver-xorg-core xserver-xorg-video-dummy xinput)
test_packages=(xvfb xdotool x11-utils dbus-daemon dbus-x11 at-spi2-core python3-pyatspi python3-pil openbox imagemagick python3-venv)

say() { printf '%s\n' "$*" >&2; }

missing_packages() {
  local name
  for name; do
    # An installed package, whatever its architecture suffix or version.
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
  done
}

# install_missing PACKAGE...: asks for root only when something is missing.
install_missing() {
  local missing log root=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || { say "Please install these packages (or your system's equivalent): ${missing[*]}"; return 1; }
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "Please run as root: apt-get install ${missing[*]}"; return 1; }
    root=(sudo)
    say "These packages are missing and need root to be installed: ${missing[*]}"
  else
    say "Installing ${#missing[@]} missing packages…"
  fi
  log=$(mktemp)
  if ! { "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# build_tree FOLDER OPTION...: configures once (again where an option changed), builds; says something only when it fails.
build_tree() {
  local folder=$1 log
  shift
  mkdir -p "$folder"
  log=$folder/build.log
  # A machine with a conda or pyenv Python in front must still use Debian's meson, which knows Debian's python modules.
  if [ -f "$folder/build.ninja" ]; then
    meson configure "$folder" "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  else
    meson setup "$folder" "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  fi
  ninja -C "$folder" >"$log" 2>&1 || { tail -n 60 "$log" >&2; return 1; }
}

install_tree() {
  meson install -C "$1" --no-rebuild --only-changed --quiet >"$1/install.log" 2>&1 || { cat "$1/install.log" >&2; return 1; }
}

# cuda_options FOLDER: meson's options for the CUDA backend, one a line. Where the CUDA compiler is installed without cuDNN, that goes into FOLDER.
cuda_options() {
  local place
  command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] || return 0
  for place in /usr/local/cuda/lib64 /usr/local/cuda/lib /usr/lib/*-linux-gnu; do
    [ ! -e "$place/libcudnn.so.9" ] || return 0
  done
  [ -e "$1/version" ] || say 'Fetching cuDNN for the CUDA backend…'
  if app/get-cudnn "$1" >&2; then
    printf '%s\n' "-Dcudnn_prefix=$PWD/$1"
  else
    say 'cuDNN could not be fetched: the CUDA backend is left out.'
  fi
}
