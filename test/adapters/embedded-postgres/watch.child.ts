// Started by postmaster.test.ts as a process of its own, to end or to be killed.
import { watchOverPostmaster } from '../../../src/adapters/embedded-postgres/postmaster.ts'

const [, , pid = '', mode = ''] = process.argv
const watch = watchOverPostmaster(Number(pid))
process.stdout.write(`${watch.pid}\n`)
if (mode === 'deaf') {
  process.on('SIGINT', () => undefined)
  setInterval(() => undefined, 1_000)
}
