// gRPC servers that others wrote: Debian's python3-grpcio, and npm's grpc-js, which is installed when it is first needed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';
import { startServer, type ServerProcess } from './process.ts';

/** A gRPC server. Its health service knows `up`, `down`, `unknown` and the server as a whole. */
export interface GrpcServer extends ServerProcess {
  readonly port: number;
}

const PYTHON = `
import sys, time, grpc
from concurrent import futures

NAMES = {b'': b'\\x08\\x01', b'up': b'\\x08\\x01', b'\\xc3\\xa4 b/c': b'\\x08\\x01', b'down': b'\\x08\\x02', b'unknown': b''}

def check(request, context):
    name = request[2:]
    if name == b'late':
        context.set_code(grpc.StatusCode.DATA_LOSS)
        context.set_details('after the message')
        return b'\\x08\\x01'
    if name not in NAMES:
        context.abort(grpc.StatusCode.NOT_FOUND, 'unknown service: \\u00e4')
    return NAMES[name]

server = grpc.server(futures.ThreadPoolExecutor(2))
if sys.argv[1] == 'health':
    handler = grpc.unary_unary_rpc_method_handler(check)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler('grpc.health.v1.Health', {'Check': handler}),))
print('port', server.add_insecure_port('127.0.0.1:0'), flush=True)
server.start()
time.sleep(1000)
`;

const NODE = `
const grpc = require('@grpc/grpc-js');
const { HealthImplementation } = require('grpc-health-check');
const health = new HealthImplementation({ '': 'SERVING', up: 'SERVING', down: 'NOT_SERVING', unknown: 'UNKNOWN' });
const server = new grpc.Server();
health.addToServer(server);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => console.log('port', port));
process.on('SIGUSR2', () => { health.setStatus('up', 'NOT_SERVING'); console.log('changed'); });
`;

/** A server in Python, with a health service or without. */
export function startPythonGrpc(kind: 'health' | 'bare' = 'health'): Promise<GrpcServer> {
  // Debian's own, which has Debian's modules.
  return listening(startServer('/usr/bin/python3', ['-c', PYTHON, kind]));
}

/** Installs npm's grpc-js into a folder of its own; undefined where npm cannot. */
export function installNodeGrpc(): string | undefined {
  const folder = join(temporaryFolder(), 'grpc');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'server.cjs'), NODE);
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '@grpc/grpc-js@1', 'grpc-health-check@2'];
  return spawnSync('npm', words, { cwd: folder, stdio: 'ignore' }).status === 0 ? folder : undefined;
}

/** A server in JavaScript, from where it is installed; SIGUSR2 takes its service up out. */
export function startNodeGrpc(folder: string): Promise<GrpcServer> {
  return listening(startServer(process.execPath, [join(folder, 'server.cjs')]));
}

async function listening(server: ServerProcess): Promise<GrpcServer> {
  await server.said(/^port [1-9]\d*$/m);
  return { ...server, port: Number(/^port (\d+)$/m.exec(server.log())?.[1]) };
}
