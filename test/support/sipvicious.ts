/** Runs the tools of SIPVicious, with which strangers look for servers, extensions and passwords. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from './phone.ts'

export interface Findings {
  /** All it wrote. */
  text: string
  /** Rows of its table of results. */
  found: string[]
}

/** Two of the tools do not do what their option for an own address says; this does, and leaves the tools as they are. */
const BIND = `
import os, socket
bind = socket.socket.bind
socket.socket.bind = lambda self, where: bind(self, (os.environ['FROM_ADDRESS'], where[1]))
`

/**
 * @param tool `svmap` looks for servers, `svwar` for extensions, `svcrack` for a password
 * @param address of this machine it comes from
 */
export async function attack(tool: 'svmap' | 'svwar' | 'svcrack', target: Place, address: string, args: readonly string[] = []): Promise<Findings> {
  const home = await mkdtemp(join(tmpdir(), 'dialplane-sipvicious-'))
  await writeFile(join(home, 'sitecustomize.py'), BIND)
  const child = spawn(tool, ['-x', address, '-p', String(target.port), ...args, target.host], {
    env: { ...process.env, HOME: home, PYTHONPATH: home, PYTHONUNBUFFERED: '1', FROM_ADDRESS: address }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  await rm(home, { recursive: true, force: true })
  // The first row names the columns.
  return { text, found: text.split('\n').filter((line) => line.startsWith('|')).slice(1) }
}
