// The spool, for systemd-tmpfiles: a daemon that sees the file system read-only cannot make it.

/** The text of tmpfiles.d/hacheck.conf (tmpfiles.d(5)): mode and owner as those of a spool that hactl makes; no age, for marks do not grow old. */
export const TMPFILES = `# hacheck's marks, as hactl unit --tmpfiles prints it.
d /var/spool/hacheck 0755 root root -
`;
