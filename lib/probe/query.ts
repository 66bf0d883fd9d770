// What the protocols other than HTTP make of a check's query.
import { decode, parseFields, type Field } from '../fields.ts';
import { isRefusal, quote, type Check, type Refusal } from '../route.ts';

/** The fields of INFO that a query of `redis` names, `?role=master`, each with the value that it is to have. */
export function wantedFields(query: string): readonly Field[] | Refusal {
  return parseFields(query.replace(/^\?/, ''), false);
}

/** The service that a query of `grpc` names; empty for the server as a whole. */
export function healthService(query: string): string | Refusal {
  const service = decode(query);
  if (service === undefined) return { refused: `bad service name ${quote(query)}: % is followed by two hexadecimal digits, and all is UTF-8` };
  // It goes over the wire as it is, to whoever listens there: a line end in it could be a command to a server of another protocol.
  return /\p{Cc}/u.test(service) ? { refused: `bad service name ${quote(service)}: it has control characters` } : service;
}

/** Why a check's protocol can make nothing of its query; undefined where it can. */
export function refuseQuery({ protocol, query }: Check): Refusal | undefined {
  const read = protocol === 'redis' ? wantedFields(query) : protocol === 'grpc' ? healthService(query) : undefined;
  return isRefusal(read) ? read : undefined;
}
