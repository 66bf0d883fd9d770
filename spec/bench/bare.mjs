import { createServer } from 'node:http';

createServer((_request, response) => response.end('OK')).listen(Number(process.argv.at(-1)), '127.0.0.1');
