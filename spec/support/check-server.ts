// The HTTP side alone, with a pipeline of a spec's own making behind it.
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { AskedChecks } from '../../lib/asked.ts';
import { Balancers } from '../../lib/balancers.ts';
import { systemClock } from '../../lib/clock.ts';
import { Connections, type Limits } from '../../lib/connections.ts';
import { Log } from '../../lib/log.ts';
import type { Page } from '../../lib/page.ts';
import { PageDesk } from '../../lib/page-desk.ts';
import { RemoteSpool } from '../../lib/remote-spool.ts';
import { SeenServices } from '../../lib/seen.ts';
import { createCheckServer, type ServerParts } from '../../lib/server.ts';
import { PATH_ALONE, Targeting } from '../../lib/targeting.ts';
import { temporaryFolder } from './folder.ts';

export interface CheckServer {
  readonly port: number;
  readonly server: Server;
  readonly connections: Connections;
  /** The lines that it has logged. */
  readonly log: () => Promise<string>;
}

/** Starts a server that answers checks with `run`; it ends with the specs around the call. */
export async function checkServer(run: ServerParts['run'], pages: ReadonlyMap<string, Page> = new Map(), limits?: Limits): Promise<CheckServer> {
  const file = join(temporaryFolder(), 'log');
  const fd = openSync(file, 'a');
  const log = new Log(fd, systemClock);
  const connections = new Connections(limits);
  const targeting = new Targeting(PATH_ALONE);
  const asked = new AskedChecks(targeting, systemClock.monotonic);
  const remoteSpool = new RemoteSpool({ spoolRoot: join(temporaryFolder(), 'spool'), tokenFile: undefined, targeting, clock: systemClock, log });
  const desk = new PageDesk(pages, systemClock.monotonic);
  const server = createCheckServer({ isAllowed: () => true, asked, run, remoteSpool, balancers: new Balancers(systemClock), seen: new SeenServices(systemClock), desk, connections, log, hints: new Set(), verbose: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    connections.cut();
    await closed;
    await log.flush(1000);
    closeSync(fd);
  });
  const read = async (): Promise<string> => {
    await log.flush(1000);
    return readFileSync(file, 'utf8');
  };
  return { port: (server.address() as AddressInfo).port, server, connections, log: read };
}
