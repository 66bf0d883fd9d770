// What ports.spec.ts runs in a network of its own with ten local ports: a service, a daemon, and a client that takes them all. Prints what was told when.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { startDaemon } from '../../lib/daemon.ts';
import { Log } from '../../lib/log.ts';
import { DEFAULTS } from '../support/daemon.ts';
import { ask } from '../support/request.ts';

const SERVICE = 8080;
const folder = mkdtempSync(join(tmpdir(), 'hacheck-ports-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

createServer((_request, response) => void response.end('fine')).listen(SERVICE, '127.0.0.1');
const log = new Log(openSync(join(folder, 'log'), 'a'), systemClock);
await startDaemon({ ...DEFAULTS, ports: [3333], spoolRoot: join(folder, 'spool'), cacheTime: 0.2, failureCacheTime: 0.2 }, log, systemClock);

async function told(path: string): Promise<unknown> {
  const { status, phrase } = await ask(3333, path);
  return { status, phrase };
}

/** Connects to the service until no port is left. */
async function takeAll(): Promise<Socket[]> {
  const taken: Socket[] = [];
  for (;;) {
    const socket = connect(SERVICE, '127.0.0.1').on('error', () => undefined);
    try {
      await once(socket, 'connect');
      taken.push(socket);
    } catch {
      return taken;
    }
  }
}

const before = await told(`/http/web/${SERVICE}/1`);
await new Promise((resolve) => setTimeout(resolve, 300));
const taken = await takeAll();
const without = await told(`/http/web/${SERVICE}/1`);
writeFileSync(join(folder, 'spool', 'api'), '{"reason": "kernel upgrade", "by": "ops"}');
const marked = await told(`/http/api/${SERVICE}/1`);
for (const socket of taken) socket.resetAndDestroy();
await new Promise((resolve) => setTimeout(resolve, 300));
const again = await told(`/http/web/${SERVICE}/1`);
await log.flush(1_000);
console.log(JSON.stringify({ before, without, marked, again, log: readFileSync(join(folder, 'log'), 'utf8') }));
process.exit(0);
