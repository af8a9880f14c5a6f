#!/bin/bash
# install.sh [NAME...]: what the tests with other people's libraries and applications need, on
# Debian or Ubuntu; all of it if nothing is named. Everything that is no Debian package goes to
# $THIRD_PARTY_HOME, by default ~/.cache/fallback-gateway-third-party, in the versions that files
# here name. What is there in that version stays. NO_APT=1 leaves the packages to others, and
# `install.sh --packages` names them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${THIRD_PARTY_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/fallback-gateway-third-party}
all=(libraries bundlers rails spring channels node-red jupyter frontail karma)

packages() {
  case $1 in
    libraries) echo chromium libjs-prototype libjs-mootools mosquitto ;;
    rails) echo chromium nginx-light ruby-actioncable ruby-railties puma ;;
    spring) echo chromium nginx-light maven openjdk-17-jdk-headless ;;
    channels) echo chromium nginx-light python3-venv ;;
    node-red) echo chromium nginx-light ;;
    jupyter) echo chromium python3-venv ;;
    bundlers | frontail | karma) echo chromium ;;
    *) echo "install.sh: nothing is called $1" >&2; exit 2 ;;
  esac
}

# The recipe that a folder was made by is the file `recipe` in it, written last: a run may be cut at
# any point.
made_by() {
  cmp -s <(cat "$@") recipe
}

# npm_packages FOLDER [ARGUMENT...]: further arguments are npm's.
npm_packages() {
  made_by "$1/package.json" "$1/package-lock.json" && return
  cp "$1/package.json" "$1/package-lock.json" .
  npm ci --silent --ignore-scripts --no-audit --no-fund "${@:2}"
  cat package.json package-lock.json >recipe
}

pip_packages() {
  made_by "$1" && return
  rm -rf venv
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check --requirement "$1"
  cat "$1" >recipe
}

spring() {
  made_by "$here/spring/pom.xml" "$here"/spring/*.java && return
  rm -rf lib classes
  maven --file "$here/spring/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$PWD/lib"
  "$(echo /usr/lib/jvm/java-17-openjdk-*/bin/javac)" -parameters -cp 'lib/*' -d classes "$here"/spring/*.java
  cat "$here/spring/pom.xml" "$here"/spring/*.java >recipe
}

# In the folder of the library or application.
build() {
  case $1 in
    libraries | node-red | frontail | karma) npm_packages "$here/npm/$1" --omit=optional ;;
    # Their native parts, one for each machine, are optional packages.
    bundlers) npm_packages "$here/npm/bundlers" ;;
    channels | jupyter) pip_packages "$here/pip/$1.txt" ;;
    spring) spring ;;
    # Debian's packages are all.
    rails) ;;
  esac
}

. "$here/../support/machine/install.sh"
