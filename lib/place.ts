// The address and the port that a balancer's headers name, for daemons that probe where they say.
import { canonicalAddress, quote, refusePort, type Refusal } from './route.ts';

/** Where headers say that a service is; undefined for what they do not say. */
export interface Place {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

const SERVER_STATE = 'x-haproxy-server-state';
const CHECK_IP = 'x-nerve-check-ip';

/**
 * Reads X-Haproxy-Server-State (`address=` and `port=`; HAProxy's configuration manual, `http-check send-state`) and X-Nerve-Check-IP,
 * whose address wins.
 *
 * @param rawHeaders names and values in turn, as Node has them
 * @returns a refusal where a header stands there twice, or names what is no plain address or no port
 */
export function readPlace(rawHeaders: readonly string[]): Place | Refusal {
  const [states, addresses] = [valuesOf(rawHeaders, SERVER_STATE), valuesOf(rawHeaders, CHECK_IP)];
  if (states.length > 1) return { refused: 'X-Haproxy-Server-State is given twice' };
  if (addresses.length > 1) return { refused: 'X-Nerve-Check-IP is given twice' };
  const stated = parsePlace(states[0] ?? '');
  if ('refused' in stated || addresses[0] === undefined) return stated;
  const address = readAddress(addresses[0].trim());
  return 'refused' in address ? address : { ...address, port: stated.port };
}

/** A unix socket, an empty port and port 0 are said of servers that have none. */
function parsePlace(state: string): Place | Refusal {
  const fields = state.split(';').map((part) => part.trim());
  const [addresses, ports] = ['address=', 'port='].map((key) => fields.filter((field) => field.startsWith(key)).map((field) => field.slice(key.length)));
  if ((addresses?.length ?? 0) > 1 || (ports?.length ?? 0) > 1) return { refused: 'X-Haproxy-Server-State names an address or a port twice' };
  const [address = '', port = ''] = [addresses?.[0], ports?.[0]];
  const refused = port === '' || port === '0' ? undefined : refusePort(port);
  if (refused !== undefined) return { refused: `X-Haproxy-Server-State: ${refused}` };
  const found = address === '' || address === 'unix' ? { address: undefined } : readAddress(address);
  return 'refused' in found ? found : { ...found, port: port === '' || port === '0' ? undefined : Number(port) };
}

function readAddress(text: string): { readonly address: string } | Refusal {
  const address = text.startsWith('[') ? undefined : canonicalAddress(text);
  return address === undefined ? { refused: `bad address ${quote(text)}: a plain IPv4 or IPv6 address, no name` } : { address };
}

/** The values of a header, each time that it is given. Most headers are another, as their length alone tells. */
export function valuesOf(rawHeaders: readonly string[], lowerName: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}
