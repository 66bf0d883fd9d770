// A reporter for node:test: a line of JSON for each test, with its file, so that spec/run.ts sees which files ran and can name what failed as the last thing that it says.
export default async function* outcome(events) {
  for await (const { type, data } of events) {
    // A file as a whole is no test; one without tests says nothing else.
    if ((type !== 'test:pass' && type !== 'test:fail') || data.name.endsWith('.spec.ts')) continue;
    const failed = type === 'test:fail' && data.details.type !== 'suite' ? why(data.details.error) : undefined;
    yield `${JSON.stringify({ file: data.file ?? '', name: data.name, skipped: data.skip !== undefined, failed })}\n`;
  }
}

function why(error) {
  const { message } = error.cause ?? error;
  return (message ?? String(error)).split('\n').filter((line) => line !== '').slice(0, 6).join(' ').slice(0, 300);
}
