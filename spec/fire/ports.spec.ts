// A host on which no local port is left to connect from. In a network of its own, so that the host's is left alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lacking } from '../support/programs.ts';

const PROGRAM = fileURLToPath(new URL('ports-program.ts', import.meta.url));
const INSIDE = 'ip link set lo up && echo "40000 40009" > /proc/sys/net/ipv4/ip_local_port_range && exec "$0" --import tsx "$1"';

function lackingNetwork(): string | false {
  const missing = lacking('unshare', 'ip');
  if (missing !== false) return missing;
  return spawnSync('unshare', ['-n', 'true']).status === 0 ? false : 'LACKING unshare -n: this machine lets us make no network of our own (root with CAP_SYS_ADMIN could)';
}

interface Told {
  readonly status: number;
  readonly phrase: string;
}

describe('without a local port to connect from', { skip: lackingNetwork(), timeout: 60_000 }, () => {
  it('a probe fails and says what is lacking, the marks are answered all the same, and it recovers by itself', () => {
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', INSIDE, process.execPath, PROGRAM], { encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    const { before, without, marked, again, log } = JSON.parse(stdout) as { before: Told; without: Told; marked: Told; again: Told; log: string };
    assert.equal(before.status, 200);
    assert.deepEqual(without, { status: 503, phrase: 'connect EADDRNOTAVAIL 127.0.0.1:8080: no local port is left (net.ipv4.ip_local_port_range)' });
    assert.deepEqual(marked, { status: 503, phrase: 'down by ops: kernel upgrade' });
    assert.equal(again.status, 200);
    assert.match(log, /http\/web\/8080\/1 up -> down after 0 s: connect EADDRNOTAVAIL 127\.0\.0\.1:8080: no local port is left/);
  });
});
