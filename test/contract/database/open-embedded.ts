/** A process of its own with an embedded PostgreSQL: `node open-embedded.ts <home>`; ends when its input does. */
import pg from 'pg'
import { openEmbedded } from '../../../config/database/embedded/index.ts'
import { createLogger } from '../../../config/logger.ts'

const server = await openEmbedded({ home: process.argv[2] ?? '', pool: 2, logger: createLogger('silent') })
const client = new pg.Client(server.connection)
await client.connect()
await client.query('CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS value')
await client.end()
console.log(JSON.stringify({ pid: server.pid }))
process.stdin.resume()
process.stdin.on('end', () => void server.close())
