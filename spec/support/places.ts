// Services on one port of several loopback addresses, and what headers say of them.
import { createServer, type AddressInfo } from 'node:net';
import { recordingService, type RecordingService } from './recording.ts';

/** `X-Haproxy-Server-State` as HAProxy sends it. */
export function stateOf(address: string, port: number | string = ''): string {
  return `X-Haproxy-Server-State: UP; address=${address}; port=${port}; name=web/web1; node=lb1; weight=1/1; scur=0/0; qcur=0`;
}

/** `X-Nerve-Check-IP`. */
export function checkIp(address: string): string {
  return `X-Nerve-Check-IP: ${address}`;
}

/** Starts a service on one free port of each of these addresses. */
export async function servicesAt(...hosts: readonly string[]): Promise<{ readonly port: number; readonly services: readonly RecordingService[] }> {
  for (let tries = 0; ; tries += 1) {
    const port = await portOfAll();
    try {
      const services: RecordingService[] = [];
      for (const host of hosts) services.push(await recordingService(host, port));
      return { port, services };
    } catch (error) {
      if (tries > 10) throw error;
    }
  }
}

/** A port that is free on every address. */
async function portOfAll(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
