import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { describeError } from './describe-error.ts'
import { admitted } from './log-fields.ts'
import { currentScope } from './request-scope.ts'

export type Log = Logger

/**
 * JSON lines on stderr. Levels: error: act; warn: look; info: business facts; debug: for us. A line has
 * the fields of `log-fields.ts` and no others, and says by itself to which request it belongs.
 */
export function createLog(options: {
  readonly level: string
  readonly destination?: NodeJS.WritableStream
}): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: admitted },
      serializers: { error: describeError },
      mixin: () => ({ ...currentScope() }),
    },
    options.destination ?? gatheredOnStderr(),
  )
}

const stderr = 2
/** So much is written at once, and nothing waits longer for it. */
const gathered = { minLength: 8_192, periodicFlush: 100 }
/** Of what nobody takes from us; beyond that lines are dropped rather than the memory filled. */
const heldBytesMax = 64 * 1_024 * 1_024

let onStderr: DestinationStream | undefined

/**
 * Lines share writes, as a write costs more than making the line. All are written before an orderly end, and
 * before one by an error that nobody caught (pino sees to it); a process that is killed takes those of the last
 * tenth of a second with it. One per process, so that lines of two logs never run into each other.
 */
function gatheredOnStderr(): DestinationStream {
  onStderr ??= pino.destination({
    fd: stderr,
    sync: false,
    maxLength: heldBytesMax,
    ...gathered,
  })
  return onStderr
}
