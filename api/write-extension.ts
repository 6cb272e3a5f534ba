/** Writes the browser extension into a folder: `npm run extension -- https://pbx.example.com FOLDER`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extensionFiles } from './http/extension.ts'
import { readVersion } from './openapi.ts'

const [address = '', folder = ''] = process.argv.slice(2)
if (!/^https?:\/\//.test(address) || !URL.canParse(address) || folder === '') {
  process.stderr.write('npm run extension -- ADDRESS FOLDER: the address at which browsers reach Dialplane (PUBLIC_URL), and where the files go.\n')
  process.exitCode = 2
} else {
  mkdirSync(folder, { recursive: true })
  for (const [name, body] of extensionFiles(new URL(address).origin, readVersion())) writeFileSync(join(folder, name), body)
}
