import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../lib/clock.ts';
import { jsonLine, textLine } from '../lib/log-line.ts';
import { Log } from '../lib/log.ts';
import { HandClock } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';

describe('a log', () => {
  const folder = temporaryFolder();
  let files = 0;

  async function linesOf(say: (log: Log, clock: HandClock) => void, format = textLine): Promise<string[]> {
    const path = join(folder, `log${(files += 1)}`);
    const fd = openSync(path, 'a');
    const clock = new HandClock();
    const log = new Log(fd, clock, format);
    say(log, clock);
    await log.flush(5_000);
    closeSync(fd);
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  }

  it('writes a line with its time, and never two for one', async () => {
    assert.deepEqual(await linesOf((log) => log.say('info', 'web\nis\x1b[31m down')), ['2026-11-22T10:00:00Z web is [31m down']);
  });

  it('keeps their order', async () => {
    const lines = await linesOf((log) => ['a', 'b', 'c'].forEach((line) => log.say('info', line)));
    assert.deepEqual(lines.map((line) => line.at(-1)), ['a', 'b', 'c']);
  });

  it('writes at most 100 lines a second, and says how many it left out', async () => {
    const lines = await linesOf((log, clock) => {
      for (let line = 0; line < 250; line += 1) log.say('info', `line ${line}`);
      clock.advance(1);
      log.say('info', 'later');
    });
    assert.equal(lines.length, 102);
    assert.match(lines[99] ?? '', / line 99$/);
    assert.match(lines[100] ?? '', / 150 lines left out/);
    assert.match(lines[101] ?? '', / later$/);
  });

  it('leaves some of them for what not everybody can bring about', async () => {
    const lines = await linesOf((log, clock) => {
      for (let line = 0; line < 250; line += 1) log.sayCommon({ priority: 'warning', message: 'made-up is down' });
      for (let line = 0; line < 30; line += 1) log.say('warning', 'web up -> down');
      clock.advance(1);
      log.sayCommon({ priority: 'info', message: 'later' });
    });
    assert.equal(lines.filter((line) => line.endsWith('made-up is down')).length, 80);
    assert.equal(lines.filter((line) => line.endsWith('web up -> down')).length, 20);
    assert.match(lines.join('\n'), / 180 lines left out: .* later$/s);
  });

  it('counts what it left out, and the bugs', async () => {
    await linesOf((log) => {
      for (let line = 0; line < 250; line += 1) log.say('info', 'x');
      log.bug(new TypeError('oops'));
      const lines = (new Error('x').stack ?? '').split('\n').length;
      assert.ok(log.leftOut > 150 && log.leftOut <= 150 + 2 * lines, String(log.leftOut));
      assert.equal(log.bugs, 1);
    });
  });

  it('says so within a second also where nothing follows', { timeout: 10_000 }, async () => {
    const file = join(folder, 'quiet');
    const fd = openSync(file, 'a');
    const log = new Log(fd, systemClock);
    for (let line = 0; line < 150; line += 1) log.say('info', 'x');
    await new Promise<void>((resolve) => {
      const watcher = watch(file, () => {
        if (!readFileSync(file, 'utf8').includes(' lines left out')) return;
        watcher.close();
        resolve();
      });
    });
    closeSync(fd);
  });

  it('says so as what mattered most among them: checks that -v cannot write are no warning', async () => {
    const lines = await linesOf((log, clock) => {
      for (const worst of ['debug', 'notice', 'warning'] as const) {
        for (let line = 0; line < 101; line += 1) log.say('debug', 'x');
        log.say(worst, 'x');
        log.say('debug', 'x');
        clock.advance(1);
      }
    }, jsonLine);
    const entries = lines.map((line) => JSON.parse(line) as { priority: string; event?: string; count?: number });
    assert.deepEqual(entries.filter(({ event }) => event === 'left out').map(({ priority, count }) => [priority, count]), [['debug', 3], ['notice', 3], ['warning', 3]]);
  });

  it('counts lines that could not be written, and says how many when they can be again', async () => {
    const pipe = join(folder, 'gone');
    execFileSync('mkfifo', [pipe]);
    const open = (): number => openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const reader = open();
    const fd = openSync(pipe, 'w');
    const clock = new HandClock();
    const log = new Log(fd, clock);
    closeSync(reader);
    for (const count of [3, 5]) {
      for (let line = 0; line < count; line += 1) log.say('info', 'x');
      await log.flush(5_000);
      clock.advance(1);
    }
    // The five, and the line that said that there had been three.
    assert.equal(log.leftOut, 3 + 5 + 1);
    const again = open();
    log.say('info', 'later');
    await log.flush(5_000);
    const bytes = Buffer.alloc(4096);
    assert.match(bytes.toString('utf8', 0, readSync(again, bytes)), /^\S+ 9 lines left out: .*\n\S+ later\n$/);
    for (const each of [again, fd]) closeSync(each);
  });

  it('cuts a line at 2000 characters', async () => {
    const [line = ''] = await linesOf((log) => log.say('info', 'x'.repeat(20_000)));
    assert.equal(line.length, '2026-11-22T10:00:00Z '.length + 2000);
  });

  it('says at its end what was left out', async () => {
    const lines = await linesOf((log) => {
      for (let line = 0; line < 101; line += 1) log.say('info', 'x');
    });
    assert.match(lines.at(-1) ?? '', / 1 lines left out/);
  });

  it('writes the stack of a bug', async () => {
    const lines = await linesOf((log) => log.bug(new TypeError('oops')));
    assert.match(lines[0] ?? '', /bug: TypeError: oops$/);
    assert.match(lines[1] ?? '', /bug: {5}at .*log\.spec\.ts/);
  });

  it('waits for nobody: a pipe that nobody reads does not stop who logs', { timeout: 20_000 }, async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const fd = openSync(pipe, 'r+');
    const clock = new HandClock();
    const log = new Log(fd, clock);
    const began = performance.now();
    for (let second = 0; second < 200; second += 1) {
      for (let line = 0; line < 100; line += 1) log.say('info', 'x'.repeat(100));
      clock.advance(1);
    }
    assert.ok(performance.now() - began < 2_000);
    const reader = spawn('cat', [pipe]);
    let read = '';
    reader.stdout.on('data', (chunk: Buffer) => (read += chunk.toString()));
    await log.flush(10_000);
    log.say('info', 'the last one');
    await log.flush(10_000);
    while (!read.endsWith(' the last one\n')) await once(reader.stdout, 'data');
    reader.kill();
    closeSync(fd);
    assert.match(read, / 1\d{4} lines left out: .*\n.* the last one\n$/);
  });
});
