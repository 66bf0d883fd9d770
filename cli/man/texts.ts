// What the man page says beside the help.
import { SPOOL_ROOT } from '../option.ts';

/** The section DESCRIPTION: paragraphs with an empty line between them. */
export const DESCRIPTION = `hacheck sits on a server and answers the load balancer's question, "may I send traffic to this service?", with what the
operators said first, and then with what the service itself says. hactl is all of it: hactl serve is the daemon, and the other commands are for the
operators of the host that they run on. They work without a daemon, but for those that ask it what it has seen.

An operator takes a service out with a mark, which is a file in the spool: touch makes one, and rm removes it, as well as hactl does. Only its contents, when
there are any, say why, by whom and until when. Marks are looked for anew for every check.

A SERVICE is all, web, web:8080 or web:10.0.0.7:8080: everything on the host, a service, one port of it, or that port of one address. A name has 1 to 128
characters of A-Z, a-z, 0-9, dot, underscore and hyphen, the first one no dot and no hyphen. Of the marks that apply a down beats a drain.

--help behind a command explains it. What stands behind -- is no option. The spool may be named before a command, too:

  hactl --spool-root DIR status`;

/** Files by their path. */
export const FILES: readonly (readonly [path: string, text: string])[] = [
  [SPOOL_ROOT.fallback, 'The spool. The file all takes everything on the host out, web the service web, web:8080 its port 8080, and web:10.0.0.7:8080 that port of one address.'],
  ['/etc/default/hacheck', 'The variables of the daemon, where systemd starts it.'],
];

/** Variables that belong to no option. */
export const VARIABLES: readonly (readonly [name: string, text: string])[] = [
  ['SUDO_USER', 'Who takes a service out; else SSH_USER says it, else it is the name of the user.'],
  ['SSH_USER', 'See SUDO_USER.'],
  ['NO_COLOR', 'Where it is set, tables on a terminal have no colours; nor have they where TERM is dumb.'],
];

/** Other pages. */
export const SEE_ALSO: readonly (readonly [name: string, section: string])[] = [['curl', '1'], ['haproxy', '1'], ['systemd.service', '5'], ['systemd.socket', '5']];
