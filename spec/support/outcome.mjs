// A reporter for node:test: a line of JSON for each test, with its file, so that spec/run.ts sees which files ran.
export default async function* outcome(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    yield `${JSON.stringify({ file: data.file ?? data.name, name: data.name, skipped: data.skip !== undefined })}\n`;
  }
}
