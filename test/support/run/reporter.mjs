// The reporter of a test file's own process: one JSON line per thing that happened, on standard output after a mark.
// Plain JavaScript, because a reporter is loaded before anything else is.
// When every test is done and the process does not end, it says what is still open and ends it: that is a failure.
const MARK = '\u0001dialplane '
const LINGER_MS = 15_000

export default async function* report(source) {
  let running = 0
  let linger
  const line = (entry) => `${MARK}${JSON.stringify(entry)}\n`
  for await (const { type, data } of source) {
    clearTimeout(linger)
    if (type === 'test:enqueue') running++
    if (type === 'test:complete') running--
    if (running === 0) {
      linger = setTimeout(() => {
        process.stdout.write(line({ type: 'left-open', resources: process.getActiveResourcesInfo() }))
        process.exit(1)
      }, LINGER_MS)
      linger.unref()
    }
    if (type === 'test:pass' || type === 'test:fail') {
      const error = data.details?.error
      const cause = error?.cause ?? error
      yield line({
        type: type === 'test:pass' ? 'pass' : 'fail',
        name: data.name,
        nesting: data.nesting,
        suite: data.details?.type === 'suite',
        ms: data.details?.duration_ms ?? 0,
        skip: data.skip,
        todo: data.todo,
        place: data.line ? `${data.file}:${data.line}` : data.file,
        failure: error && { kind: error.failureType, text: typeof cause === 'string' ? cause : (cause?.stack ?? String(cause?.message ?? cause)) },
      })
    }
    if (type === 'test:diagnostic' && !/^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(data.message)) {
      yield line({ type: 'note', text: data.message })
    }
  }
}
