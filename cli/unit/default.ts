// /etc/default/hacheck: each option of the daemon, in a comment that can be taken away.
import { variableOf } from '../arguments.ts';
import { defaultOf, type Option } from '../option.ts';
import { SERVE_OPTIONS } from '../serving.ts';

const HEAD = `# Options of the daemon (systemd: hacheck.service). Take the # away, then: systemctl restart hacheck
# At its start it says which names it does not know. The commands of hactl do not read this file.
`;

/** What stands for the value of an option that has none of its own. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1', 'failure-cache-time': '1', 'agent-port': '3334', 'forward-header': 'Host', 'service-name-header': 'X-Service-Name',
  'target-network': '10.0.0.0/8,2001:db8::/32', 'probe-port': '80,8000-8999', 'allow-client': '127.0.0.1,::1,10.0.0.0/8', 'token-file': '/etc/hacheck/token',
  'mysql-user': 'hacheck', 'mysql-password-file': '/etc/hacheck/mysql-password', 'mysql-login-port': '3306-3309',
  'redis-user': 'hacheck', 'redis-password-file': '/etc/hacheck/redis-password', 'redis-login-port': '6379',
};

/** What the sockets' units say instead, where there are some. */
const PLACES = ['port', 'bind-address', 'agent-port'];

/** What the commands of hactl must know as well as the daemon, and what comes of it if they do not. */
const SHARED: Readonly<Record<string, string>> = { 'spool-root': 'Its marks else go where the daemon does not look.', port: 'Its questions else go to another port.' };

/** The text of the file. */
export function defaultFile(): string {
  const options: readonly Option<unknown>[] = Object.values(SERVE_OPTIONS);
  const [places, others] = [true, false].map((wanted) => options.filter(({ name }) => PLACES.includes(name) === wanted).map(lines));
  return [
    HEAD,
    ...(others ?? []),
    '# Where it listens, if hacheck.socket and hacheck-agent.socket do not; else: systemctl edit hacheck.socket\n',
    ...(places ?? []),
  ].join('\n');
}

function lines(option: Option<unknown>): string {
  const { name, help, many = false } = option;
  const shared = SHARED[name] === undefined ? '' : `# hactl does not read this file: tell it the same, in /etc/environment. ${SHARED[name]}\n`;
  return `# --${name}: ${help}${many ? '; several with commas between them' : ''}\n${shared}#${variableOf(option)}=${exampleOf(option)}\n`;
}

function exampleOf(option: Option<unknown>): string {
  return EXAMPLES[option.name] ?? defaultOf(option) ?? 'on';
}
