// Runs every spec with Node's own test runner, and fails when a spec file was not run or, in CI, when one was skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parted, specFiles } from './files.ts';
import { installPrograms } from './support/programs.ts';

/** The line that spec/support/outcome.mjs writes for each test. */
interface Outcome {
  readonly file: string;
  readonly skipped: boolean;
  readonly name: string;
  /** Why it failed, in one line. */
  readonly failed?: string;
}

/** What has come of a run. */
interface Ran {
  readonly passed: boolean;
  readonly outcomes: readonly Outcome[];
}

function runSpecs(specs: readonly string[], ...flags: readonly string[]): Ran {
  if (specs.length === 0) return { passed: true, outcomes: [] };
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-run-'));
  const told = join(folder, 'outcomes');
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=./spec/support/outcome.mjs', `--test-reporter-destination=${told}`];
  const { status, error } = spawnSync(process.execPath, ['--import', 'tsx', '--test', ...flags, ...reporters, ...specs], { stdio: 'inherit' });
  if (error !== undefined) throw error;
  const lines = readFileSync(told, 'utf8').split('\n').filter((line) => line !== '');
  rmSync(folder, { recursive: true });
  return { passed: status === 0, outcomes: lines.map((line) => JSON.parse(line) as Outcome) };
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
const specs = process.argv.length > 2 ? process.argv.slice(2) : specFiles();
const { together, alone } = parted(specs);
const runs = [runSpecs(together), runSpecs(alone, '--test-concurrency=1')];
const found = complaints(specs, runs.flatMap(({ outcomes }) => outcomes));
for (const complaint of found) console.error(complaint);
process.exit(runs.every(({ passed }) => passed) && found.length === 0 ? 0 : 1);
