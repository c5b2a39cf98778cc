/** The fields a log line may have, with what they mean; `docs/observability.md` lists the same. */
export const logFields = {
  requestId:
    'One call at a door, or one run of a job, and all that came of it; also `x-request-id`',
  job: 'Name of the job that is run',
  listener: 'Which listener was called: `public`, `internal` or `worker`',
  method: 'HTTP method',
  route: 'Template of the path, never the path itself',
  status: 'HTTP status that was answered, or was got from outside',
  durationMs: 'Milliseconds it took',
  sendingAnchor: 'Stellar account of the client that is logged in',
  usecase: 'What was done',
  outcome: 'What came of it: `ok`, the code of a refusal, `failed`',
  transactionId: 'Which transaction',
  customerId: 'Which customer, by our id',
  callbackId: 'Which callback',
  account: 'Which of our distribution accounts',
  pages: 'Pages that were read',
  added: 'Payments that were new',
  matched: 'Payments that funded a transaction',
  unmatched: 'Payments that fit none',
  expired: 'Transactions that expired',
  target: 'What was called: `horizon`, `bank`, `callback`, `home_page`',
  host: 'Whose address was called',
  api: 'GraphQL API: `partner` or `backoffice`',
  operation: '`query`, `mutation` or `subscription`',
  field: 'Name of a field: of the schema, or of SEP-9; never its value',
  part: 'Part of the process that has trouble',
  tries: 'How often it was tried',
  times: 'How often it happened since the last line about it',
  reason: 'Code of why it was given up',
  code: 'Code of an error',
  domain: 'Domain a client named',
  fault: 'What is wrong with it',
  epoch: 'Run of the network, counted from 1',
  detail: 'Why collecting was stopped, in words',
  payments: 'How many payments',
  port: 'Port that is listened on',
  error: 'Name, code, message and places of an error; values are taken out',
} as const

export type LogField = keyof typeof logFields

const known = new Set<string>(Object.keys(logFields))
const textMax = 300

/**
 * Nothing else gets into a line: what has no place in the list is named and left out. An error is
 * told by `describeError`, everything else is a short text, a number or a boolean.
 */
export function admitted(line: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  let leftOut: string[] | undefined
  for (const [name, value] of Object.entries(line)) {
    if (!known.has(name)) (leftOut ??= []).push(name)
    else if (name === 'error') kept[name] = value
    else kept[name] = short(value)
  }
  return leftOut === undefined ? kept : { ...kept, leftOut: leftOut.join(' ').slice(0, textMax) }
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return value.length > textMax ? value.slice(0, textMax) : value
  return typeof value === 'object' ? undefined : value
}
