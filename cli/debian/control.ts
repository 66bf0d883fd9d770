// What Debian wants to know of a package: control, copyright and changelog (Debian Policy, chapters 5, 12.5 and 4.4).
import { RELEASED, VERSION } from '../../lib/version.ts';

const MAINTAINER = 'the hacheck authors <hacheck@users.noreply.github.com>';

/** @param size of what is installed, in KiB */
export function control(size: number): string {
  return `Package: hacheck
Version: ${VERSION}
Architecture: all
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: nodejs (>= 18)
Suggests: haproxy
Section: net
Priority: optional
Description: health checks of a host's services for load balancers
 A daemon that HAProxy and other load balancers ask about the services of
 its host, over HTTP or as HAProxy's agent. It asks the services themselves
 (HTTP, TCP, MySQL, PostgreSQL, Redis, SMTP, gRPC, HAProxy), once for all
 who want to know.
 .
 Operators take services out and put them back with the command hactl,
 which can wait until every balancer has let go of them.
`;
}

/** @param licence the text of LICENSE.txt */
export function copyright(licence: string): string {
  const [, holder = ''] = /^Copyright \(c\) (.*)$/m.exec(licence) ?? [];
  const terms = licence.slice(licence.indexOf('\n\n', licence.indexOf('Copyright')) + 2).trimEnd();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hacheck

Files: *
Copyright: ${holder}
License: Expat
${terms.split('\n').map((line) => (line === '' ? ' .' : ` ${line}`)).join('\n')}
`;
}

/** The moment of the release, in Unix seconds: whatever is built of one commit is the same to the byte. */
export const RELEASE_TIME = Date.parse(`${RELEASED}T00:00:00Z`) / 1000;

/** One entry, for this version; its date is RFC 5322's. */
export function changelog(): string {
  const date = new Date(RELEASE_TIME * 1000).toUTCString().replace('GMT', '+0000');
  return `hacheck (${VERSION}) unstable; urgency=medium\n\n  * Version ${VERSION}.\n\n -- ${MAINTAINER}  ${date}\n`;
}
