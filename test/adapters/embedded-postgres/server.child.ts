// Started by server.test.ts as a process of its own, which ends without stopping its server.
import { startServer } from '../../../src/adapters/embedded-postgres/server.ts'

const [, , directory = '', postgres = ''] = process.argv
const runAs = {
  prefix: [],
  ids: {},
  binaries: { initdb: '', postgres },
  own: async () => undefined,
}
const place = {
  directory,
  cluster: `${directory}/cluster`,
  logFile: `${directory}/postgres.log`,
  runAs,
}
await startServer(place, { durable: true })
