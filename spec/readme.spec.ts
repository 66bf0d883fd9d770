// The README is true to the letter: its transcripts are run, and its HAProxy lines do what stands beside them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SERVE_OPTIONS } from '../cli/serving.ts';
import { testedDaemon, type TestedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { HACTL } from './support/hactl.ts';
import { complaintsOf, startHaproxy } from './support/haproxy.ts';
import { lacking } from './support/programs.ts';
import { httpService, type Service } from './support/service.ts';

const README = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

/** The commands of the transcripts, each with what it prints. */
function steps(): { command: string; output: string }[] {
  const parts = blocks('console').flatMap((block) => block.split(/^\$ /m).slice(1));
  return parts.map((part) => ({ command: part.slice(0, part.indexOf('\n')), output: part.slice(part.indexOf('\n') + 1) }));
}

/** Times differ from run to run, and header lines end in CR LF. */
function timeless(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>').replace(/^Date: .*$/gm, 'Date: <date>').replaceAll('\r', '');
}

/** A daemon, a service named web, and an operator named ops, who has hactl at hand. */
interface Host {
  readonly daemon: TestedDaemon;
  readonly service: Service;
  /** The README's text with this host's ports and addresses. */
  readonly here: (text: string) => string;
  /** Runs a command of the operator's, and gives what it prints. */
  readonly run: (command: string) => Promise<string>;
}

async function newHost(): Promise<Host> {
  const commands = temporaryFolder();
  symlinkSync(HACTL, join(commands, 'hactl'));
  const daemon = await testedDaemon();
  const service = await httpService((request, response) => response.end(request.url === '/health' ? 'fine\n' : 'no such page\n'));
  const ports = (text: string): string => text.replaceAll('3333', String(daemon.port)).replaceAll('8080', String(service.port));
  const here = (text: string): string => ports(text).replace(/10\.0\.0\.\d/g, '127.0.0.1');
  const env = { PATH: `${commands}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HACHECK_SPOOL_ROOT: daemon.spoolRoot, SUDO_USER: 'ops' };
  const run = (command: string): Promise<string> =>
    new Promise((resolve) => execFile('sh', ['-c', here(command).replace('curl -i', 'curl -si')], { env }, (_error, stdout) => resolve(stdout)));
  return { daemon, service, here, run };
}

describe('the README', () => {
  it('shows what its commands print', { skip: lacking('curl') }, async () => {
    const { here, run } = await newHost();
    assert.equal(steps().length, 7);
    for (const { command, output } of steps()) assert.equal(timeless(await run(command)), timeless(here(output)), command);
  });

  it('has every option of hactl serve in its table, with its default', () => {
    for (const { name, short, fallback } of Object.values(SERVE_OPTIONS)) {
      const row = new RegExp(`^\\| ${short === undefined ? '' : `\`-${short}\`, `}\`--${name}\` \\| (.*?) \\|`, 'm').exec(README);
      assert.ok(row !== null, name);
      if (typeof fallback === 'number' || Array.isArray(fallback)) assert.equal(row[1], String(fallback), name);
    }
  });
});

describe('the HAProxy lines of the README', { skip: lacking('haproxy') }, () => {
  const [lines = ''] = blocks('haproxy');

  it('are accepted by HAProxy', () => assert.equal(complaintsOf(lines), ''));

  it('show what the text beside them says', { timeout: 60_000 }, async () => {
    const { here, run } = await newHost();
    const haproxy = await startHaproxy(here(lines).replace('inter 2s fastinter 500ms', 'inter 200ms'));
    await run('hactl drain web --reason "kernel upgrade"');
    await haproxy.said('Server web/web1 is stopping');
    assert.match((await haproxy.server('web', 'web1'))['status'] ?? '', /^NOLB/);
    await run('hactl up web');
    await haproxy.said('Server web/web1 is UP');
    await run('hactl down web --reason "kernel upgrade"');
    await haproxy.said('Server web/web1 is DOWN');
    const { status, last_chk } = await haproxy.server('web', 'web1');
    assert.deepEqual([status, last_chk], ['DOWN', 'down by ops: kernel upgrade']);
    assert.ok(haproxy.log().includes('reason: Layer7 wrong status, code: 503, info: "down by ops: kernel upgrade"'));
  });

  it('show why the service fails', { timeout: 60_000 }, async () => {
    const { here, service } = await newHost();
    const failing = here(lines).replaceAll(`/http/web/${service.port}/`, '/http/web/1/').replace('inter 2s fastinter 500ms', 'inter 200ms');
    const haproxy = await startHaproxy(failing);
    await haproxy.said('Server web/web1 is DOWN, reason: Layer7 wrong status, code: 503, info: "connect ECONNREFUSED 127.0.0.1:1"');
  });
});
