import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** Fields that never reach a log line, wherever they stand in it. */
export const redactedFields = [
  'authorization',
  'token',
  'secret',
  'seed',
  'password',
  'cookie',
  'signature',
  'envelope',
  'transaction_xdr',
  'fields',
  'memo',
] as const

const anywhere = (field: string) => [field, `*.${field}`, `*.*.${field}`]

/** JSON lines on stdout or stderr. Levels: error: act; warn: look; info: business facts; debug: for us. */
export function createLog(options: {
  readonly level: string
  readonly destination?: NodeJS.WritableStream
}): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedFields.flatMap(anywhere), censor: '[redacted]' },
    },
    options.destination ?? process.stderr,
  )
}
