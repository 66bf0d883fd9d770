// A service that answers as a spec tells it to, one command after the other, in Redis's way of writing.
import { tcpService, type Service } from './service.ts';

/** A service that answers each command in turn, and what it was sent. */
export async function answering(answers: readonly string[]): Promise<Service & { readonly commands: string[] }> {
  const commands: string[] = [];
  const service = await tcpService((socket) => {
    const left = [...answers];
    socket.on('data', (chunk: Buffer) => {
      commands.push(chunk.toString('latin1'));
      socket.write(left.shift() ?? '', 'latin1');
    });
    socket.on('end', () => socket.end());
  });
  return { ...service, commands };
}

/** A bulk string. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
