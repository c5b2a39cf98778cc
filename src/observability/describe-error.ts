/** What may be told of an error: nothing that somebody sent us. */
export interface ErrorDescription {
  readonly name: string
  readonly code?: string
  readonly message?: string
  /** Of PostgreSQL: names in our own schema. */
  readonly table?: string
  readonly constraint?: string
  /** Places in the code, innermost first. */
  readonly at?: readonly string[]
  readonly cause?: ErrorDescription
}

const causesMax = 4
const placesMax = 12
const messageMax = 300

/**
 * Messages of drivers and parsers repeat what they choke on: V8 a piece of the JSON, PostgreSQL the
 * value of the column (and `detail` the whole row), zod the input. Told is a message that is known to be a
 * sentence of ours or of the system; of others the quoted parts are blanked, or they are left out.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (typeof error === 'string') return { name: 'string', message: blanked(short(error)) }
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, table, constraint } = error as Readonly<Record<string, unknown>> & Error // of any driver
  const message = tellable(error)
  const at = placesOf(error)
  return {
    name: error.name,
    ...named('code', code),
    ...(message !== undefined && { message }),
    ...named('table', table),
    ...named('constraint', constraint),
    ...(at.length > 0 && { at }),
    ...(error.cause !== undefined &&
      depth < causesMax && { cause: describeError(error.cause, depth + 1) }),
  }
}

/** Codes and names are short words; a bank may put anything in its own. */
const named = (key: string, value: unknown) =>
  typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? { [key]: value } : {}

const placesOf = ({ stack = '' }: Error): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at .*\d+\)?$/.test(line))
    .slice(0, placesMax)
    .map((line) => line.trim().slice(3))

/** Errors of ours whose sentences hold ids at most. */
const ours =
  /Unavailable$|^(Network\w+|PayoutOutcomeUnknown|PaymentsUndecided|\w+ChangedMeanwhile|SealBroken|FetchRefused|ConfigurationFaulty)$/
/** What breaks in a program, and what has no name of its own. */
const plain = new Set(['Error', 'TypeError', 'ReferenceError', 'RangeError', 'AggregateError'])

function tellable(error: Error): string | undefined {
  const { code, severity, syscall } = error as Readonly<Record<string, unknown>> & Error // of any driver
  const text = short(error.message)
  if (ours.test(error.name)) return text
  if (typeof code === 'string' && isOfPostgres(code, severity)) {
    if (code.startsWith('P0')) return undefined // raised by somebody's function
    return code.startsWith('22') ? blanked(text) : text
  }
  if (typeof syscall === 'string' || isOfSystem(code)) return text
  if (/^Cannot read properties of (undefined|null) \(reading '\w+'\)$/.test(text)) return text
  return plain.has(error.name) ? blanked(text) : undefined
}

/** Without users and passwords of addresses: taken out first, as the end of one may lie beyond what is kept. */
const short = (text: string): string =>
  text.replaceAll(/\/\/[^/@\s]+@/g, '//…@').slice(0, messageMax)

const isOfPostgres = (code: string, severity: unknown): boolean =>
  typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code)

const isOfSystem = (code: unknown): boolean =>
  typeof code === 'string' && /^(E[A-Z]{3,}|UND_ERR_\w+|CERT_\w+)$/.test(code)

/** Without what stands in quotes, and without what follows the last opening one. */
const blanked = (text: string): string =>
  text.replaceAll(/"[^"]*("|$)|`[^`]*(`|$)|(?<![a-z])'[^']*('|$)/g, '"…"')
