import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { startBackend, type Backend } from '../support/backend.ts';
import { becomes } from '../support/becomes.ts';
import { PATIENT, recipe } from '../support/checked.ts';
import type { TestedDaemon } from '../support/daemon.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { operate } from '../support/operator.ts';
import { lacking } from '../support/programs.ts';
import { freePort } from '../support/service.ts';
import { warmDaemon } from '../support/warm-daemon.ts';
import { startLoad, type LoadReport } from '../support/wrk.ts';

const CONNECTIONS = 8;
/** Between HAProxy's checks: longer than hactl takes to start, or a wait that is none would be in time by chance. */
const INTERVAL = '500ms';
/** Requests that each server must have had before and after, so that there was a load. */
const SOME = 20;

/** One of the hosts behind HAProxy: a service, and the daemon that is asked about it. */
interface Host {
  /** Its server in HAProxy. */
  readonly name: string;
  readonly service: Backend;
  readonly daemon: TestedDaemon;
  readonly hactl: (...words: readonly string[]) => Promise<void>;
}

async function startHost(options: Partial<DaemonOptions>): Promise<Host> {
  const [service, daemon] = await Promise.all([startBackend(), warmDaemon(options)]);
  return { name: String(service.port), service, daemon, hactl: (...words) => operate(daemon.spoolRoot, ...words) };
}

/** How HAProxy asks: what the daemon is told, the lines of a backend, and what stands on a server's line. */
interface Way {
  readonly options: Partial<DaemonOptions>;
  readonly lines: string;
  readonly server: (host: Host) => string;
}

/** The two hosts are one here, so their services have ports of their own, and HAProxy's servers bear these as their names. */
const PATH = '/http/web/%[srv_name]/health';

const WAYS: Readonly<Record<string, Way>> = {
  'the recipe': { options: {}, lines: recipe(PATH).replace(' uri ', ' uri-lf '), server: ({ daemon }) => `check inter ${INTERVAL} port ${daemon.port}` },
  'the agent': {
    options: { agentPort: 0, marksOn: 'agent' },
    lines: `  option httpchk\n  http-check send-state\n  http-check send meth GET uri-lf ${PATH}`,
    server: ({ daemon }) => `check inter ${INTERVAL} port ${daemon.port} agent-check agent-inter ${INTERVAL} agent-port ${daemon.daemon.agentAddresses[0]?.port} agent-send "web\\n"`,
  },
};

/** Runs a load through HAProxy over two hosts, and does something to one after the other meanwhile. */
async function underLoad({ options, lines, server }: Way, restart: (host: Host, haproxy: Haproxy) => Promise<void>): Promise<LoadReport> {
  const hosts = await Promise.all([startHost(options), startHost(options)]);
  const front = await freePort();
  const servers = hosts.map((host) => `  server ${host.name} 127.0.0.1:${host.service.port} weight 10 ${server(host)}`);
  // No retries and no other server for a request that fails: they would hide what is lost.
  const haproxy = await startHaproxy(['frontend front', `  bind 127.0.0.1:${front}`, '  default_backend web', 'backend web', '  no option redispatch', lines, ...servers].join('\n'), { defaults: PATIENT });
  for (const { name } of hosts) await becomes(haproxy, `web/${name}`, { status: 'UP', check_status: /^L\dOK$/ });
  const load = await startLoad(`http://127.0.0.1:${front}/`, CONNECTIONS);
  for (const { name } of hosts) await serves(haproxy, name);
  // One right behind the other: a wait that comes back too early leaves a moment without any server.
  for (const host of hosts) await restart(host, haproxy);
  for (const { name } of hosts) await serves(haproxy, name);
  return load.stop();
}

/** Resolves when a server has had some more requests. */
async function serves(haproxy: Haproxy, name: string): Promise<void> {
  const before = Number((await haproxy.server('web', name))['stot']);
  await becomes(haproxy, `web/${name}`, { stot: (total) => Number(total) >= before + SOME });
}

describe('a restart of each server in turn under a running load', { skip: lacking('haproxy', 'wrk'), concurrency: true }, () => {
  for (const [kind, way] of Object.entries(WAYS)) {
    it(`loses no request with hactl --wait around it, with ${kind}`, async () => {
      const { errors, requests } = await underLoad(way, async ({ name, hactl, service, daemon }, haproxy) => {
        await hactl('drain', 'web', '-r', 'a new version', '--wait', '-p', String(daemon.port));
        await service.end('SIGTERM');
        await service.start();
        await hactl('up', 'web', '--wait', '-p', String(daemon.port));
        const { status, weight } = await haproxy.server('web', name);
        assert.deepEqual([status, weight], ['UP', '10']);
      });
      assert.deepEqual(errors, []);
      assert.ok(requests > 4 * SOME);
    });

    it(`loses some without, with ${kind}`, async () => {
      const { errors } = await underLoad(way, async ({ name, service }, haproxy) => {
        await service.end('SIGTERM');
        await becomes(haproxy, `web/${name}`, { econ: (failures) => failures !== '0' });
        await service.start();
      });
      assert.notDeepEqual(errors, []);
    });
  }
});
