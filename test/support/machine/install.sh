# The end of each install.sh, which sources it: the packages of what is named, and then `build` in
# the folder of each, below $home. `packages NAME` and `build NAME` are of the script that sources
# it, and `all` is its list.

if [ "${1:-}" = --packages ]; then
  for name in "${all[@]}"; do packages "$name"; done
  exit
fi
[ $# -gt 0 ] || set -- "${all[@]}"
if [ -z "${NO_APT:-}" ]; then
  wanted=()
  for name; do
    for package in $(packages "$name"); do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
    done
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}"
  fi
fi

# Maven's local repository is for one program at a time.
maven() {
  mkdir -p ~/.m2
  flock ~/.m2 mvn --batch-mode --quiet "$@"
}

install_one() {
  mkdir -p "$home/$1"
  cd "$home/$1"
  build "$1"
  echo "$1 is installed"
}

# Most of the time is spent waiting for the network. One that fails keeps no other from its end.
at_once=3
running=()
failed=()
finish_one() {
  local pid code=0
  wait -n -p pid || code=$?
  [ "$code" = 0 ] || failed+=("${running[pid]}")
  unset "running[pid]"
}
for name; do
  [ ${#running[@]} -lt $at_once ] || finish_one
  install_one "$name" &
  running[$!]=$name
done
while [ ${#running[@]} -gt 0 ]; do finish_one; done
[ ${#failed[@]} = 0 ] || {
  echo "not installed: ${failed[*]}" >&2
  exit 1
}
