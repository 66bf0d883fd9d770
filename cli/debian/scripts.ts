// What dpkg runs when the package comes and goes (Debian Policy, chapter 6). They do nothing where there is no systemd, and work for
// another root, DPKG_ROOT, from outside (dpkg --force-script-chrootless). What systemd's tools do is tried and no more, as in the scripts that
// debhelper writes: a script that fails leaves the package half installed, and dpkg, and so every other package of the host, waiting for somebody.

const UNITS = 'hacheck.socket hacheck-agent.socket hacheck.service';

/** The spool is made; units that are enabled stay so. A daemon that runs is restarted behind its sockets, which stay open; none is started. */
export const POSTINST = `#!/bin/sh
set -e
[ "$1" = configure ] || [ "$1" = abort-upgrade ] || [ "$1" = abort-deconfigure ] || [ "$1" = abort-remove ] || exit 0
spool="$DPKG_ROOT/var/spool/hacheck"
systemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create hacheck.conf 2>/dev/null || true
[ -e "$spool" ] || install -d -m 0755 "$spool"
for unit in ${UNITS}; do
  deb-systemd-helper update-state "$unit" >/dev/null 2>&1 || true
done
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  [ -z "$2" ] || deb-systemd-invoke try-restart hacheck.service >/dev/null || true
fi
`;

/** The sockets first, which would start the daemon again. */
export const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${UNITS} >/dev/null || true
fi
`;

/** Links that enabled the units go. A spool with marks in it stays: they are their operators'. */
export const POSTRM = `#!/bin/sh
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge ${UNITS} >/dev/null 2>&1 || true
  rmdir "$DPKG_ROOT/var/spool/hacheck" 2>/dev/null || true
fi
`;
