import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface FuzzOptions {
  readonly requests: number
  readonly seed: number
  /** Only the request with this number. */
  readonly only: number | undefined
}

export const usage = `npm run fuzz -- [--requests N] [--seed S] [--only I]

  --requests N   how many requests, 20000 by default
  --seed S       what they are drawn from; a new one by default, and it is told
  --only I       only the request with this number, with its answer
`

/** Undefined when the arguments cannot be read. */
export function readOptions(args: readonly string[]): FuzzOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string', default: '20000' },
        seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
        only: { type: 'string' },
      },
    })
    const only = values.only === undefined ? undefined : readCount(values.only)
    return { requests: readCount(values.requests), seed: readCount(values.seed), only }
  } catch {
    return undefined
  }
}

function readCount(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${text} is no number`)
  return Number(text)
}
