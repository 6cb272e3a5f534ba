/**
 * The inside of a backup: entries one after the other. Each frame is a letter, a length (4 bytes, big-endian) and that many bytes:
 * `M` what there is, `B` an entry begins, `D` its bytes, `E` it ends with its checksum, `S` all is said.
 */
import { createHash } from 'node:crypto'
import { Refusal } from '../errors.ts'

/** What a backup is of: the first thing in it. */
export interface Manifest {
  createdAt: string
  version: string
  /** The steps that made the tables, by name; they are the version of the schema. */
  migrations: string[]
  /** Of PostgreSQL, for people. */
  postgresql: string
}

/** A table's rows as COPY writes them, or a file below the data folder. */
export type EntryHead = { kind: 'table'; name: string; columns: string[] } | { kind: 'file'; name: string; mode: number }

export interface EntrySum {
  kind: EntryHead['kind']
  name: string
  bytes: number
  /** Lines; 0 for files. */
  rows: number
  sha256: string
}

/** What is written: an entry's head and its bytes. */
export interface Entry {
  head: EntryHead
  body: AsyncIterable<Uint8Array>
}

const FRAME_MAX = 4_194_304

/** @param onSum told of each entry when it is written */
export async function* writeEntries(manifest: Manifest, entries: AsyncIterable<Entry>, onSum: (sum: EntrySum) => void): AsyncGenerator<Buffer, void, undefined> {
  yield frame('M', json(manifest))
  let count = 0
  for await (const { head, body } of entries) {
    yield frame('B', json(head))
    const meter = createMeter(head)
    for await (const piece of body) {
      meter.take(piece)
      for (let at = 0; at < piece.length; at += FRAME_MAX) yield frame('D', piece.subarray(at, at + FRAME_MAX))
    }
    const sum = meter.sum()
    onSum(sum)
    count += 1
    yield frame('E', json(sum))
  }
  yield frame('S', json({ entries: count }))
}

export interface EntryReader {
  manifest(manifest: Manifest): Promise<void>
  /** Reads the whole body; what it leaves is read on. */
  entry(head: EntryHead, body: AsyncIterable<Buffer>): Promise<void>
}

/** Reads a backup to its end and compares every checksum. Refuses `unprocessable` when one is not right. */
export async function readEntries(plain: AsyncIterable<Buffer>, reader: Partial<EntryReader>): Promise<EntrySum[]> {
  const frames = framesOf(plain)[Symbol.asyncIterator]()
  const next = async (): Promise<{ kind: string; body: Buffer }> => {
    const { value, done } = await frames.next()
    if (done) throw broken('it has no end')
    return value
  }
  const first = await next()
  if (first.kind !== 'M') throw broken('it does not begin with what it is of')
  await reader.manifest?.(parse<Manifest>(first.body))
  const sums: EntrySum[] = []
  for (;;) {
    const { kind, body } = await next()
    if (kind === 'S') {
      const { entries } = parse<{ entries: number }>(body)
      if (entries !== sums.length) throw broken(`${entries} entries were written and ${sums.length} are there`)
      return sums
    }
    if (kind !== 'B') throw broken('an entry has no beginning')
    const head = parse<EntryHead>(body)
    const meter = createMeter(head)
    let told: EntrySum | undefined
    const pieces = (async function* () {
      for (;;) {
        const part = await next()
        if (part.kind === 'E') {
          told = parse<EntrySum>(part.body)
          return
        }
        if (part.kind !== 'D') throw broken(`${head.name} has no end`)
        meter.take(part.body)
        yield part.body
      }
    })()
    await reader.entry?.(head, pieces)
    while (told === undefined && !(await pieces.next()).done);
    const sum = meter.sum()
    if (told === undefined || told.sha256 !== sum.sha256 || told.bytes !== sum.bytes || told.rows !== sum.rows) throw broken(`${head.name} is not what was written`)
    sums.push(sum)
  }
}

/** Counts and hashes what goes by. */
export function createMeter(head: Pick<EntryHead, 'kind' | 'name'>): { take(piece: Uint8Array): void; sum(): EntrySum } {
  const hash = createHash('sha256')
  let [bytes, rows] = [0, 0]
  return {
    take(piece) {
      hash.update(piece)
      bytes += piece.length
      // COPY's text format writes no line feed but the one that ends a row.
      if (head.kind === 'table') for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) rows += 1
    },
    sum: () => ({ kind: head.kind, name: head.name, bytes, rows, sha256: hash.copy().digest('hex') }),
  }
}

async function* framesOf(plain: AsyncIterable<Buffer>): AsyncGenerator<{ kind: string; body: Buffer }, void, undefined> {
  let held: Buffer = Buffer.alloc(0)
  for await (const piece of plain) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece])
    let at = 0
    while (held.length - at >= 5) {
      const length = held.readUInt32BE(at + 1)
      if (length > FRAME_MAX) throw broken('a part is too long')
      if (held.length - at - 5 < length) break
      yield { kind: String.fromCharCode(held[at]!), body: held.subarray(at + 5, at + 5 + length) }
      at += 5 + length
    }
    held = held.subarray(at)
  }
  if (held.length > 0) throw broken('it ends in the middle of a part')
}

function frame(kind: string, body: Uint8Array): Buffer {
  const made = Buffer.allocUnsafe(5 + body.length)
  made.write(kind, 0, 'latin1')
  made.writeUInt32BE(body.length, 1)
  made.set(body, 5)
  return made
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const parse = <T>(body: Buffer): T => JSON.parse(body.toString('utf8')) as T
const broken = (what: string): Refusal => new Refusal('unprocessable', `This backup cannot be used: ${what}. Use another backup.`)
