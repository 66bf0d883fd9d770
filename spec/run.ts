// Runs every spec with Node's own test runner, and fails when a spec file was not run or, in CI, when one was skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPrograms } from './support/programs.ts';

const SPECS = readdirSync('spec', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.spec.ts'))
  .map((name) => join('spec', name))
  .sort();

/** The line that spec/support/outcome.mjs writes for each test. */
interface Outcome {
  readonly file: string;
  readonly skipped: boolean;
  readonly name: string;
  /** Why it failed, in one line. */
  readonly failed?: string;
}

function runSpecs(specs: readonly string[], outcomes: string): number {
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=./spec/support/outcome.mjs', `--test-reporter-destination=${outcomes}`];
  const { status, error } = spawnSync(process.execPath, ['--import', 'tsx', '--test', ...reporters, ...specs], { stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function complaints(specs: readonly string[], outcomes: readonly Outcome[]): string[] {
  const ran = new Set(outcomes.map(({ file }) => file));
  const missing = specs.filter((spec) => ![...ran].some((file) => file.endsWith(spec)));
  const skipped = process.env['CI'] === 'true' ? outcomes.filter((outcome) => outcome.skipped) : [];
  const failed = outcomes.filter((outcome) => outcome.failed !== undefined);
  return [
    ...missing.map((spec) => `not run: ${spec}`),
    ...skipped.map(({ name, file }) => `skipped: ${name} (${file})`),
    ...failed.map(({ name, file, failed: why }) => `failed: ${name} (${file}): ${why}`),
  ];
}

installPrograms();
const specs = process.argv.length > 2 ? process.argv.slice(2) : SPECS;
const folder = mkdtempSync(join(tmpdir(), 'hacheck-run-'));
const outcomes = join(folder, 'outcomes');
const status = runSpecs(specs, outcomes);
const lines = readFileSync(outcomes, 'utf8').split('\n').filter((line) => line !== '');
rmSync(folder, { recursive: true });
const found = complaints(specs, lines.map((line) => JSON.parse(line) as Outcome));
for (const complaint of found) console.error(complaint);
process.exit(status !== 0 || found.length > 0 ? 1 : 0);
