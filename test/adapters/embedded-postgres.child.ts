// Started by embedded-postgres.test.ts as a process of its own, to be killed.
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'

const [, , dataDir = '', mode = ''] = process.argv
if (mode === 'deaf') process.on('SIGINT', () => undefined)
const postgres = await startEmbeddedPostgres({ dataDir, durable: true })
process.stdout.write(`${postgres.url}\n`)
if (mode === 'stop') await postgres.stop()
else setInterval(() => undefined, 1_000)
