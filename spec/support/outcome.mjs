// A reporter for node:test: a line of JSON for each test, with its file, so that spec/run.ts sees which files ran.
export default async function* outcome(events) {
  for await (const { type, data } of events) {
    // A file as a whole is no test; one without tests says nothing else.
    if ((type !== 'test:pass' && type !== 'test:fail') || data.name.endsWith('.spec.ts')) continue;
    yield `${JSON.stringify({ file: data.file ?? '', name: data.name, skipped: data.skip !== undefined })}\n`;
  }
}
