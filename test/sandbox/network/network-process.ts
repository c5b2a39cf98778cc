import { runSandboxNetwork } from '../../../src/sandbox/network/command.ts'

/** The network as a process of its own, to be killed. */
process.exitCode = await runSandboxNetwork(process.argv.slice(2), (line) => {
  process.stdout.write(`${line}\n`)
})
