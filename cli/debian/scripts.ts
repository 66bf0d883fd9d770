// What dpkg runs when the package comes and goes (Debian Policy, chapter 6). They do nothing where there is no systemd, and work for
// another root, DPKG_ROOT, from outside (dpkg --force-script-chrootless).

const UNITS = 'hacheck.socket hacheck-agent.socket hacheck.service';

/** A script that fails leaves the package half installed, and dpkg, and so every other package of the host, waiting for somebody: what systemd's tools fail at is said, and no more. */
const TRY = `try() { "$@" >/dev/null || echo "hacheck: failed, see above, and do it by hand: $*" >&2; }`;

/** The spool is made; units that are enabled stay so. A daemon that runs is restarted behind its sockets, which stay open; none is started. */
export const POSTINST = `#!/bin/sh
set -e
[ "$1" = configure ] || [ "$1" = abort-upgrade ] || [ "$1" = abort-deconfigure ] || [ "$1" = abort-remove ] || exit 0
${TRY}
spool="$DPKG_ROOT/var/spool/hacheck"
if command -v systemd-tmpfiles >/dev/null; then
  try systemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create hacheck.conf
fi
[ -e "$spool" ] || install -d -m 0755 "$spool"
if command -v deb-systemd-helper >/dev/null; then
  for unit in ${UNITS}; do try deb-systemd-helper update-state "$unit"; done
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  try systemctl --system daemon-reload
  [ -z "$2" ] || try deb-systemd-invoke try-restart hacheck.service
fi
`;

/** The sockets first, which would start the daemon again. */
export const PRERM = `#!/bin/sh
set -e
${TRY}
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  try deb-systemd-invoke stop ${UNITS}
fi
`;

/** Links that enabled the units go. A spool with marks in it stays: they are their operators'. */
export const POSTRM = `#!/bin/sh
set -e
${TRY}
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  try systemctl --system daemon-reload
fi
if [ "$1" = purge ]; then
  spool="$DPKG_ROOT/var/spool/hacheck"
  if command -v deb-systemd-helper >/dev/null; then try deb-systemd-helper purge ${UNITS}; fi
  if [ -d "$spool" ]; then try rmdir --ignore-fail-on-non-empty "$spool"; fi
fi
`;
