/** The version of hacheck, in `hactl --version`, `/status` and the probe's User-Agent. A spec holds it equal to package.json's. */
export const VERSION = '1.0.0';
/** The day of that version, for the man page; it changes with the version, so that whatever is built of one commit is the same to the byte. */
export const RELEASED = '2026-11-23';
