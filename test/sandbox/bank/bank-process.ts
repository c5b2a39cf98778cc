// A bank as a process of its own, to be killed: node bank-process.ts <book file>; prints its address.
import { startSandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'

const [dataFile = ''] = process.argv.slice(2)
const bank = await startSandboxBank({
  port: 0,
  token: 'the-token',
  secret: 'the-secret',
  dataFile,
})
process.stdout.write(`${bank.url}\n`)
