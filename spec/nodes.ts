// Runs the specs on every Node that is supported but the one at hand, which `make test` runs them on; the npm package `node` brings each one's binary.
// Two Nodes work at a time, for most of a run is waiting. Then each has the machine to itself, for the specs that want it so, and for what failed
// in that crowd: a Node on which something does not work fails again. What chance and load decide is tried for a fifth as long as by `make test`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parted, specFiles } from './files.ts';
import { installPrograms } from './support/programs.ts';

const AT_HAND = Number(process.versions.node.split('.')[0]);
const VERSIONS = [18, 20, 22, 24, 26].filter((version) => version !== AT_HAND);
const AT_A_TIME = 2;
/** Files that are run again; where more fail, it is not for the other Node. */
const MOST_AGAIN = 3;

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

/** Runs specs to their end, prints what they said then, and gives the files in which something failed; undefined where that is not to be told. */
async function failing(version: number, files: readonly string[]): Promise<string[] | undefined> {
  if (files.length === 0) return [];
  const { status, said } = await runSpecs(version, files);
  process.stdout.write(`\nNode ${version}\n${said}`);
  complaints.set(version, [...said.matchAll(/^(?:failed|skipped|not run): .*$/gm)].map(([complaint]) => complaint));
  if (status === 0) return [];
  const failed = [...new Set([...said.matchAll(/^failed: .* \((?:file:\/\/)?(\S+\.spec\.ts)\): /gm)].map(([, file = '']) => file))];
  return failed.length === 0 || failed.length > MOST_AGAIN ? undefined : failed;
}

async function runSpecs(version: number, files: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(nodeOf(version), ['--import', 'tsx', 'spec/run.ts', ...files], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, EFFORT: '0.2' } });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said: Buffer.concat(said).toString('utf8') };
}

installPrograms();
const { together, alone } = parted(process.argv.length > 2 ? process.argv.slice(2) : specFiles());
const left = [...VERSIONS];
const again = new Map<number, readonly string[]>();
const failed: number[] = [];
/** What was wrong on each Node the last time that it ran specs. */
const complaints = new Map<number, readonly string[]>();

async function workTogether(): Promise<void> {
  for (let version = left.shift(); version !== undefined; version = left.shift()) {
    const files = await failing(version, together);
    if (files === undefined) failed.push(version);
    else again.set(version, files);
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, workTogether));
for (const [version, files] of again) if ((await failing(version, [...files, ...alone]))?.length !== 0) failed.push(version);
for (const version of failed) console.log([`\nspecs failed on Node ${version}`, ...(complaints.get(version) ?? [])].join('\n'));
if (failed.length === 0) console.log(`\nevery spec passed on Node ${VERSIONS.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
