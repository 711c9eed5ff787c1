# Sourced: installs packages on Debian.

install() { # packages that the machine lacks
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    echo "these packages are missing, and only root can install them: apt-get install ${missing[*]}" >&2
    return 1
  fi
  if [ ! -e /tmp/.apt-updated ]; then apt-get update -qq; touch /tmp/.apt-updated; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
