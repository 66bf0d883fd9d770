// What the protocols other than HTTP make of a check's query.
import { decode, parseFields, type Field } from '../fields.ts';
import { isRefusal, quote, type Check, type Refusal } from '../route.ts';

/** The fields of INFO that a query of `redis` names, `?role=master`, each with the value that it is to have. */
export function wantedFields(query: string): readonly Field[] | Refusal {
  return parseFields(query.replace(/^\?/, ''), false);
}

/** The service that a query of `grpc` names; empty for the server as a whole. */
export function healthService(query: string): string | Refusal {
  return decode(query) ?? { refused: `bad service name ${quote(query)}: % is followed by two hexadecimal digits, and all is UTF-8` };
}

/** Why a check's protocol can make nothing of its query; undefined where it can. */
export function refuseQuery({ protocol, query }: Check): Refusal | undefined {
  const read = protocol === 'redis' ? wantedFields(query) : protocol === 'grpc' ? healthService(query) : undefined;
  return isRefusal(read) ? read : undefined;
}
