import { runSandboxNetwork } from '../../sandbox/network/command.ts'

/** `fairlead sandbox network`: the local Stellar network alone. */
export const sandboxNetwork = (args: readonly string[]): Promise<number> =>
  runSandboxNetwork(args, (line) => console.log(line))
