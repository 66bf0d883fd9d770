// Requests with a form, as Node's parser hands them over.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A request as Node's parser hands it over, whose body has come. */
export function requestOf(url: string, form: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { url, method: 'POST' });
  Object.assign(request.headers, { 'content-type': FORM_TYPE, ...headers });
  request.push(Buffer.from(form, 'latin1'));
  request.push(null);
  return request;
}
