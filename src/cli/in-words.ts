import { ConfigurationFaulty } from '../config/faults.ts'
import { OptionRefused } from './options.ts'

interface Thrown {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly port?: unknown
  readonly cause?: unknown
}

/** What a person can mend is said in a sentence; anything else is answered as it is, and keeps its stack. */
export function inWords(error: unknown): unknown {
  if (error instanceof ConfigurationFaulty || error instanceof OptionRefused) return error.message
  const { name, message, code, port } = error as Thrown // any thrown object
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} is taken: end what uses it, or choose others (FAIRLEAD_…_PORT; 0 takes a free one)`
  }
  const hint = hintOf(name, innermost(error))
  return hint === undefined ? error : `${String(message)}${reasonOf(error)}. ${hint}`
}

/** What to look at, by what is away. */
const hints: Readonly<Record<string, string>> = {
  DatabaseUnavailable: 'Does PostgreSQL run, and is DATABASE_URL right?',
  NetworkUnavailable: 'Does Horizon answer, and is FAIRLEAD_HORIZON_URL right?',
  JobQueueUnavailable: 'Does Redis run, and is REDIS_URL right?',
}

function hintOf(name: unknown, { code }: Thrown): string | undefined {
  if (typeof name === 'string' && Object.hasOwn(hints, name)) return hints[name]
  return typeof code === 'string' && databaseCodes.test(code)
    ? hints['DatabaseUnavailable']
    : undefined
}

/** Of a connection that does not come to stand, of a user or database that PostgreSQL refuses. */
const databaseCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|28...|3D000|57P03)$/

function innermost(error: unknown): Thrown {
  let inner = error as Thrown // any thrown object
  for (let depth = 0; depth < 5 && inner.cause instanceof Error; depth += 1) inner = inner.cause
  return inner
}

/** Of what caused it; an error that has no cause says everything itself. */
function reasonOf(error: unknown): string {
  const cause = innermost(error)
  const { code, message } = cause
  if (typeof code !== 'string') return ''
  return cause === error || message === '' ? ` (${code})` : ` (${code}: ${String(message)})`
}
