// Several test files in one process, one after the other, each a suite of its own: what they import is loaded once for all.
// Plain JavaScript, like the reporter.
import { describe } from 'node:test'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) describe(file, () => import(pathToFileURL(resolve(file)).href))
