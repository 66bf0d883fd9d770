// Where the log goes: what nobody reads holds up nobody. Each case runs in a process of its own, whose stderr it is.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { isJournal } from '../lib/log-output.ts';
import { temporaryFolder } from './support/folder.ts';

const SOURCE = fileURLToPath(new URL('../lib/log-output.ts', import.meta.url));
/** Much more than a pipe, a socket and a reader's buffers hold. */
const LINES = 200;
const LINE = 65_536;

/**
 * Writes long lines to stderr one after the other, says on stdout when its loop turns, and exits 7 on SIGTERM. It leaves process.stdout,
 * process.stderr, sockets and tsx alone, for with them Node itself makes stderr one that does not block.
 */
const WRITER = `
  const { writeSync } = await import('node:fs');
  const { outputTo } = await import(process.argv[1]);
  const output = outputTo(2).write;
  let [written, lost] = [0, 0];
  const line = (number) => Buffer.from(String(number).padEnd(${LINE} - 1, '.') + '\\n');
  const next = () => (written < ${LINES} ? output(line(written), (lines) => { written += 1; lost += lines; next(); }) : writeSync(1, 'all, ' + lost + ' lost\\n'));
  next();
  setTimeout(() => writeSync(1, 'turning\\n'), 200);
  process.once('SIGTERM', () => process.exit(7));
  setInterval(() => undefined, 1000);
`;

const MODULE = join(temporaryFolder(), 'log-output.mjs');
buildSync({ entryPoints: [SOURCE], bundle: true, platform: 'node', format: 'esm', outfile: MODULE });

function writer(stdio: StdioOptions): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, MODULE], { stdio });
  after(() => void child.kill('SIGKILL'));
  return child;
}

async function hears(child: ChildProcess, word: string | RegExp): Promise<void> {
  let said = '';
  while (said.search(word) < 0) said += String(await once(child.stdout ?? assert.fail(), 'data'));
}

/** What Node gives a child for stderr is a socket, as journald does. */
const KINDS: readonly (readonly [string, () => { readonly stdio: StdioOptions; readonly reader: (child: ChildProcess) => NodeJS.ReadableStream }])[] = [
  ['a socket', () => ({ stdio: 'pipe', reader: (child) => child.stderr ?? assert.fail() })],
  ['a pipe', () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const fd = openSync(path, 'r+');
    after(() => closeSync(fd));
    const cat = (): NodeJS.ReadableStream => {
      const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
      after(() => void reader.kill());
      return reader.stdout;
    };
    return { stdio: ['pipe', 'pipe', fd], reader: cat };
  }],
];

for (const [kind, make] of KINDS) {
  describe(`an output to ${kind} that nobody reads`, { timeout: 60_000 }, () => {
    it('stops neither the process nor its end', async () => {
      const child = writer(make().stdio);
      await hears(child, 'turning');
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [7, null]);
    });

    it('loses nothing when somebody reads on', async () => {
      const { stdio, reader } = make();
      const child = writer(stdio);
      await hears(child, 'turning');
      const numbers: string[] = [];
      let [bytes, text] = [0, ''];
      const all = hears(child, 'all, 0 lost');
      for await (const chunk of reader(child) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        text += chunk.toString('latin1').replaceAll('.', '');
        if (bytes === LINES * LINE) break;
      }
      await all;
      numbers.push(...text.trimEnd().split('\n'));
      assert.deepEqual(numbers, Array.from({ length: LINES }, (_, number) => String(number)));
    });
  });
}

describe('an output', { timeout: 60_000 }, () => {
  it('to a file is written to its end', async () => {
    const path = join(temporaryFolder(), 'log');
    const fd = openSync(path, 'w');
    const child = writer(['pipe', 'pipe', fd]);
    await hears(child, 'all, 0 lost');
    assert.equal(readFileSync(path).length, LINES * LINE);
    closeSync(fd);
  });

  it('that is full, or closed by its reader, is no error: it says how many lines are lost, and what is said next is tried anew', async () => {
    const fd = openSync('/dev/full', 'w');
    await hears(writer(['pipe', 'pipe', fd]), `all, ${LINES} lost`);
    closeSync(fd);
    const child = writer('pipe');
    child.stderr?.destroy();
    // One may be on its way when it is closed.
    await hears(child, /all, (199|200) lost/);
  });
});

describe('journald', () => {
  const fd = openSync(join(temporaryFolder(), 'log'), 'w');
  const { dev, ino } = fstatSync(fd);

  it('is known by the device and inode of its stream', () => assert.equal(isJournal(fd, `${dev}:${ino}`), true));

  for (const stream of [undefined, '', `${dev}:${ino + 1}`, `${dev + 1}:${ino}`, `${dev}:${ino}:`]) {
    it(`is not meant by ${stream ?? 'no variable'}, which a parent's may be`, () => assert.equal(isJournal(fd, stream), false));
  }

  it('is no descriptor that is closed', () => assert.equal(isJournal(9999, `${dev}:${ino}`), false));
});
