// Runs the specs on every Node that is supported but the one at hand, which `make test` runs them on; the npm package `node` brings each one's binary.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const AT_HAND = Number(process.versions.node.split('.')[0]);
const VERSIONS = [18, 20, 22, 24, 26].filter((version) => version !== AT_HAND);

/** Fetches a Node into .run, where it stays for the next time. */
function nodeOf(version: number): string {
  const folder = resolve('.run', 'nodes', String(version));
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`], { stdio: 'inherit' });
  if (status !== 0 || !existsSync(node)) throw new Error(`Node ${version} could not be fetched`);
  return node;
}

for (const version of VERSIONS) {
  const node = nodeOf(version);
  console.log(`\nNode ${version}`);
  const { status } = spawnSync(node, ['--import', 'tsx', 'spec/run.ts', ...process.argv.slice(2)], { stdio: 'inherit' });
  // At once, so that the last lines of the log say what failed.
  if (status !== 0) {
    console.error(`\nspecs failed on Node ${version}`);
    process.exit(1);
  }
}
console.log(`\nevery spec passed on Node ${VERSIONS.join(', ')}`);
