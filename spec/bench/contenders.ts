// Who is compared: hacheck, and nginx with proxy_cache and a file test doing the same job; the bare server is the yardstick.
import { NODE_FLAGS } from '../../cli/unit/service.ts';
import { ALONE, BARE, startNginx, startServer } from './server.ts';

/** Seconds for which either keeps a verdict. */
export const CACHE_TIME = 2;

/** Verdicts are kept as long as hacheck's; one that is too old is answered while one request finds out anew. */
const nginx = (port: number, folder: string): string => `
daemon off; master_process off; pid ${folder}/pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; proxy_temp_path ${folder}/temp; client_body_temp_path ${folder}/body;
  proxy_cache_path ${folder}/cache keys_zone=checks:1m; proxy_cache checks; proxy_cache_key $uri;
  proxy_cache_valid 200 ${CACHE_TIME}s; proxy_cache_valid any 1s; proxy_cache_lock on;
  proxy_cache_use_stale updating; proxy_cache_background_update on;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/spool/(\\w+)/ { if (-f ${folder}/$1) { return 503; } return 200; }
    location ~ ^/http/(\\w+)/(\\d+)(/.*)$ { if (-f ${folder}/$1) { return 503; } proxy_pass http://127.0.0.1:$2$3; }
  }
}`;

/** Starts each. */
export const STARTS = {
  hacheck: () => startServer(ALONE, ['serve', '-B', '127.0.0.1', '--cache-time', String(CACHE_TIME)], NODE_FLAGS),
  nginx: () => startNginx(nginx),
  bare: () => startServer(BARE, []),
};

/** Who is compared. */
export type Name = keyof typeof STARTS;
/** All of them, in the table's order. */
export const NAMES = Object.keys(STARTS) as Name[];

/** Measures something of one after the other. */
export async function each<T>(measure: (name: Name) => Promise<T>): Promise<Record<Name, T>> {
  const found: Partial<Record<Name, T>> = {};
  for (const name of NAMES) found[name] = await measure(name);
  return found as Record<Name, T>;
}
