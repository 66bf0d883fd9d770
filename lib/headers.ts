// What the headers of a check say. Of the many that a client may send, these four are read.

/** What a check says beside its path. */
export interface CheckHeaders {
  /** Whether it asks for a verdict that is not known yet: `no-cache` in Pragma or Cache-Control (RFC 9111 sections 5.2.1.4 and 5.4). */
  fresh: boolean;
  userAgent: string | undefined;
  /** X-Haproxy-Server-State; empty where it stands there twice. */
  serverState: string | undefined;
}

/** Reads a request's headers, names and values in turn as Node's `rawHeaders` has them. */
export function readHeaders(rawHeaders: readonly string[]): CheckHeaders {
  const said: CheckHeaders = { fresh: false, userAgent: undefined, serverState: undefined };
  for (let at = 0; at < rawHeaders.length; at += 2) readHeader(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '', said);
  return said;
}

/** Most headers are none of these, as their length alone tells. */
function readHeader(name: string, value: string, said: CheckHeaders): void {
  switch (name.length) {
    case 'pragma'.length:
      if (name.toLowerCase() === 'pragma') said.fresh ||= hasNoCache(value);
      return;
    case 'cache-control'.length:
      if (name.toLowerCase() === 'cache-control') said.fresh ||= hasNoCache(value);
      return;
    case 'user-agent'.length:
      if (name.toLowerCase() === 'user-agent') said.userAgent = value;
      return;
    case 'x-haproxy-server-state'.length:
      if (name.toLowerCase() === 'x-haproxy-server-state') said.serverState = said.serverState === undefined ? value : '';
  }
}

function hasNoCache(value: string): boolean {
  return value
    .toLowerCase()
    .split(',')
    .some((directive) => directive.trim() === 'no-cache');
}
