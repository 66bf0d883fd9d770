// Forms that change the spool, as curl posts them: bytes over a socket, one connection each.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonOptions } from '../../lib/daemon.ts';
import type { Clock } from '../../lib/clock.ts';
import { testedDaemon, type TestedDaemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';
import { exchange, parseResponse, type RawResponse } from './request.ts';

/** The right token. */
export const TOKEN = 'open-sesame-4711';
export const AUTHORIZED = `Authorization: Bearer ${TOKEN}`;
export const FORM = 'Content-Type: application/x-www-form-urlencoded';

/** A daemon whose spool can be changed over HTTP. */
export interface SpoolDaemon extends TestedDaemon {
  readonly tokenFile: string;
  /** Posts a form to a path, with the right token unless other headers are given. */
  readonly post: (path: string, form: string, headers?: readonly string[]) => Promise<RawResponse>;
}

/** Starts such a daemon; it stops when the specs around the call have ended. */
export async function spoolDaemon(options: Partial<DaemonOptions> = {}, clock?: Clock): Promise<SpoolDaemon> {
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const daemon = await testedDaemon({ tokenFile, ...options }, clock);
  return { ...daemon, tokenFile, post: (path, form, headers) => post(daemon.port, path, form, headers) };
}

/** Posts a form, one character a byte. */
export async function post(port: number, path: string, form: string, headers: readonly string[] = [AUTHORIZED, FORM]): Promise<RawResponse> {
  const lines = [`POST ${path} HTTP/1.1`, `Content-Length: ${form.length}`, ...headers];
  return parseResponse(await exchange(port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${form}`, 'latin1')));
}
