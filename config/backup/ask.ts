import { createInterface } from 'node:readline'
import { Refusal } from '../errors.ts'

/** One line from whoever runs this, not shown while it is typed; from a pipe, its first line. Refuses `unprocessable` when there is none. */
export async function askSecret(question: string, input: NodeJS.ReadStream = process.stdin, output: NodeJS.WriteStream = process.stderr): Promise<string> {
  const lines = createInterface({ input, terminal: false })
  if (input.isTTY) {
    output.write(question)
    input.setRawMode(true)
    try {
      return await typed(input)
    } finally {
      input.setRawMode(false)
      output.write('\n')
      lines.close()
    }
  }
  for await (const line of lines) if (line !== '') return line
  throw new Refusal('unprocessable', 'A passphrase or recovery key is needed: set BACKUP_PASSPHRASE, or give it on standard input.')
}

async function typed(input: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const piece of input.setEncoding('utf8')) {
    for (const letter of piece as string) {
      if (letter === '\r' || letter === '\n') return text
      if (letter === '\u0003' || letter === '\u0004') throw new Refusal('unprocessable', 'No passphrase was given; nothing was done.')
      text = letter === '\u007f' || letter === '\b' ? text.slice(0, -1) : text + letter
    }
  }
  return text
}
