// Debian's Chromium without a window: what a person's browser makes of a page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** What surrounds a look at a page. */
export interface Look {
  readonly dark: boolean;
  readonly width: number;
  readonly height: number;
}

/** A browser with a profile of its own. */
export interface Browser {
  /** The page's DOM as HTML, once it is loaded and its scripts have run. */
  readonly dom: (url: string, look: Look) => Promise<string>;
  /** A picture of it, as a file of type PNG. */
  readonly picture: (url: string, look: Look, file: string) => Promise<Buffer>;
}

/** Root needs no-sandbox; the others keep it from asking anybody else for anything. */
const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-extensions', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
const PATIENCE = 60_000;

/** Makes one; each look is a process of its own. */
export function browser(): Browser {
  const profile = join(temporaryFolder(), 'profile');
  const run = (words: readonly string[], url: string, { dark, width, height }: Look): Promise<string> =>
    runChromium([...FLAGS, `--user-data-dir=${profile}`, `--window-size=${width},${height}`, `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`, ...words, url]);
  return {
    dom: (url, look) => run(['--dump-dom'], url, look),
    picture: async (url, look, file) => {
      await run([`--screenshot=${file}`], url, look);
      return readFileSync(file);
    },
  };
}

async function runChromium(words: readonly string[]): Promise<string> {
  // A process group of its own: it has many children.
  const child = spawn('chromium', words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [text, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part));
  const patience = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), PATIENCE);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(patience);
  if (code !== 0) throw new Error(`chromium ended with ${code}: ${errors.slice(-2000)}`);
  return text;
}
