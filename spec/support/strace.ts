// What a run asks of the kernel, and runs that the kernel ends at a given moment.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HACTL } from './hactl.ts';
import { lacking } from './programs.ts';

/** What a spec that traces passes as `skip`. */
export function lackingStrace(): string | false {
  const missing = lacking('strace');
  if (missing !== false) return missing;
  const { status } = spawnSync('strace', ['-o', '/dev/null', '-e', 'trace=none', 'true']);
  return status === 0 ? false : 'LACKING ptrace: this machine lets us trace no process';
}

/** Runs hactl under strace and gives the system calls on the file system, one a line, with the paths behind file descriptors. */
export function tracedHactl(words: readonly string[], options: readonly string[] = []): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-strace-'));
  try {
    const output = join(folder, 'trace');
    const calls = 'trace=open,openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat';
    spawnSync('strace', ['-y', '-s', '64', '-o', output, '-e', calls, ...options, process.execPath, HACTL, ...words], { timeout: 20_000 });
    return readFileSync(output, 'utf8').split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
