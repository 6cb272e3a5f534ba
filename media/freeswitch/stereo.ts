import { createReadStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'

const HEADER = 44

/**
 * Makes two equal channels of one in a WAV file of 16 bits; one that has two is left as it is.
 * @returns its length in seconds
 */
export async function makeStereo(path: string): Promise<number> {
  const source = await open(path)
  const header = Buffer.alloc(HEADER)
  const { bytesRead } = await source.read(header, 0, HEADER, 0).finally(() => source.close())
  if (bytesRead < HEADER || header.toString('latin1', 0, 4) !== 'RIFF') throw new Error('not a WAV file')
  const [channels, rate] = [header.readUInt16LE(22), header.readUInt32LE(24)]
  const made = `${path}.stereo`
  const target = await open(made, 'w', 0o600)
  let bytes = 0
  try {
    await target.write(header)
    for await (const chunk of createReadStream(path, { start: HEADER, highWaterMark: 65_536 }) as AsyncIterable<Buffer>) {
      const out = channels === 1 ? twice(chunk) : chunk
      bytes += out.length
      await target.write(out)
    }
    header.writeUInt32LE(36 + bytes, 4)
    header.writeUInt16LE(2, 22)
    header.writeUInt32LE(rate * 4, 28)
    header.writeUInt16LE(4, 32)
    header.writeUInt32LE(bytes, 40)
    await target.write(header, 0, HEADER, 0)
  } finally {
    await target.close()
  }
  await rename(made, path)
  return bytes / 4 / rate
}

/** Every sample once more behind itself. Files of 16 bits are read in even pieces. */
function twice(samples: Buffer): Buffer {
  const out = Buffer.alloc(samples.length * 2)
  for (let i = 0; i + 1 < samples.length; i += 2) {
    out.writeInt16LE(samples.readInt16LE(i), i * 2)
    out.writeInt16LE(samples.readInt16LE(i), i * 2 + 2)
  }
  return out
}
