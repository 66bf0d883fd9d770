// grpc: the gRPC Health Checking Protocol, grpc.health.v1.Health/Check, over HTTP/2 in clear text (gRPC over HTTP2).
import { decode } from '../fields.ts';
import { isRefusal } from '../route.ts';
import { downVerdict } from '../verdict.ts';
import { converse, type Outcome } from './conversation.ts';
import { healthRequest, healthStatus } from './grpc-health.ts';
import type { Field } from './hpack.ts';
import { call, type Answer } from './http2.ts';
import { healthService } from './query.ts';
import type { Probe } from './target.ts';

/** The values of grpc-status, by number (gRPC status codes). */
const CODES = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
];
const REQUEST: readonly Field[] = [
  [':method', 'POST'], [':scheme', 'http'], [':path', '/grpc.health.v1.Health/Check'], [':authority', 'localhost'], ['te', 'trailers'], ['content-type', 'application/grpc'],
];
/** Bytes of an answer, of which seven are to be expected. */
const MOST_BYTES = 4096;
const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/;

/** Up when the service that the query names, or the server as a whole where it names none, is SERVING, and the call has succeeded. */
export const probeGrpc: Probe = async (target, signal) => {
  const service = healthService(target.query);
  if (isRefusal(service)) return downVerdict(service.refused);
  return converse(target, signal, async (conversation) => outcomeOf(await call(conversation, REQUEST, healthRequest(service), MOST_BYTES)));
};

function outcomeOf(answer: Answer): Outcome {
  const failure = failureOf(answer);
  if (failure !== undefined) return { up: false, said: failure };
  const status = healthStatus(answer.body);
  return { up: status === 'SERVING', said: status ?? `no gRPC health: ${answer.body.toString('hex', 0, 20)}` };
}

/** Why a call has failed; undefined where it has not. An answer without a body has its status in the headers (Trailers-Only). */
function failureOf({ headers, trailers, body }: Answer): string | undefined {
  const status = headers.get(':status') ?? '';
  const type = (headers.get('content-type') ?? 'none').slice(0, 60);
  if (status !== '200' || !CONTENT_TYPE.test(type)) return `no gRPC: HTTP status ${status.slice(0, 20)}, content type ${type}`;
  const last = body.length === 0 ? new Map([...headers, ...trailers]) : trailers;
  const code = last.get('grpc-status');
  if (code === undefined) return 'no gRPC: the call ended without grpc-status';
  if (code === '0') return undefined;
  const message = last.get('grpc-message') ?? '';
  const name = /^[1-9]\d?$/.test(code) ? CODES[Number(code)] : undefined;
  return [name ?? `grpc-status ${code.slice(0, 20)}`, decode(message) ?? message].filter((part) => part !== '').join(': ');
}
