import { pino } from 'pino'
import type { Logger } from 'pino'
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
    options.destination ?? process.stderr,
  )
}
