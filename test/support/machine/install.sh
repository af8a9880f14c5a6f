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
for name; do
  mkdir -p "$home/$name"
  (cd "$home/$name" && build "$name")
  echo "$name is installed"
done
