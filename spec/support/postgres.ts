// Real PostgreSQL servers, each in a folder of its own, which Debian's programs refuse to run as root.
import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { ownedBy, runProgram, serverFolder, startServer, userOf, type ServerProcess } from './process.ts';
import { freePort } from './service.ts';

/** A PostgreSQL that has opened its port. */
export interface Postgres extends ServerProcess {
  readonly port: number;
}

/** What a server is to be. */
export interface PostgresOptions {
  /** Its pg_hba.conf. */
  readonly access?: string;
  /** Lines for its postgresql.conf. */
  readonly settings?: readonly string[];
  /** An empty file beside its data that makes it recover, or a standby: `standby.signal`. */
  readonly signalFile?: string;
  /** What its log says when it is as far as the spec needs it. */
  readonly ready?: string;
}

const ROOT = '/usr/lib/postgresql';
const TRUST = 'host all all 127.0.0.1/32 trust\n';

/** The folder of the newest PostgreSQL's programs. */
function programs(): string {
  const [newest = ''] = existsSync(ROOT) ? readdirSync(ROOT).sort((a, b) => Number(b) - Number(a)) : [];
  return join(ROOT, newest, 'bin');
}

/** Makes an empty database, which takes a second, and gives what starts servers with copies of it. */
export function newPostgres(): (options?: PostgresOptions) => Promise<Postgres> {
  const empty = join(serverFolder('postgres'), 'data');
  after(() => rmSync(dirname(empty), { recursive: true }));
  runProgram(join(programs(), 'initdb'), ['-D', empty, '-A', 'trust', '-U', 'postgres', '-N', '--no-instructions', '-E', 'UTF8', '--locale=C'], userOf('postgres'));
  return (options) => startPostgres(empty, options);
}

async function startPostgres(empty: string, options: PostgresOptions = {}): Promise<Postgres> {
  const { access = TRUST, settings = [], signalFile, ready = 'database system is ready to accept connections' } = options;
  const [folder, user, port] = [serverFolder('postgres'), userOf('postgres'), await freePort()];
  const data = join(folder, 'data');
  runProgram('cp', ['-a', empty, data]);
  writeFileSync(join(data, 'pg_hba.conf'), access);
  appendFileSync(join(data, 'postgresql.conf'), `${settings.join('\n')}\n`);
  if (signalFile !== undefined) writeFileSync(join(data, signalFile), '');
  ownedBy('postgres', data);
  const flags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'shared_buffers=1MB'];
  // SIGQUIT: its immediate shutdown, which takes its children along.
  const server = startServer(join(programs(), 'postgres'), ['-D', data, '-p', String(port), ...flags], { ...user, folder, lastSignal: 'SIGQUIT' });
  await server.said(ready);
  return { ...server, port };
}
