// The spec files, and which of them want the machine to themselves.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Specs that load the machine and measure what that does to others: beside any other work they would measure that. */
const ALONE = join('spec', 'fire');

/** Files with specs, by how they may be run. */
export interface SpecFiles {
  /** Beside each other. */
  readonly together: readonly string[];
  /** One after the other, and beside nothing else. */
  readonly alone: readonly string[];
}

/** Every file with specs, below the project's folder. */
export function specFiles(): string[] {
  return readdirSync('spec', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts')).map((name) => join('spec', name)).sort();
}

/** Parts files by how they may be run. */
export function parted(files: readonly string[]): SpecFiles {
  return { together: files.filter((file) => !isAlone(file)), alone: files.filter(isAlone) };
}

function isAlone(file: string): boolean {
  return file.includes(`${ALONE}/`);
}
