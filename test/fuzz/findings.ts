import type { WireRequest } from './draft.ts'
import type { HttpAnswer } from './judge.ts'

export interface Finding {
  readonly fault: string
  /** Of the request; none for what concerns a whole run. */
  readonly index?: number
  /** Request and answer, as text. */
  readonly shown?: string
}

export interface Findings {
  add(finding: Finding): void
  readonly count: () => number
  /** The first of each kind, with how often it was met. */
  write(reproduce: (index: number) => string): string
}

const kindsMax = 25

export function keepFindings(): Findings {
  const kinds = new Map<string, { readonly first: Finding; times: number }>()
  let count = 0
  return {
    add(finding) {
      count += 1
      const known = kinds.get(finding.fault)
      if (known !== undefined) known.times += 1
      else if (kinds.size < kindsMax) kinds.set(finding.fault, { first: finding, times: 1 })
    },
    count: () => count,
    write: (reproduce) =>
      [...kinds.values()]
        .map(({ first: { fault, index, shown }, times }) =>
          [
            `FOUND ${fault} (${times} times)`,
            ...(index === undefined ? [] : [`  again: ${reproduce(index)}`]),
            ...(shown === undefined ? [] : [indent(shown)]),
          ].join('\n'),
        )
        .join('\n'),
  }
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  | ')

export function show(request: WireRequest, answer: HttpAnswer | string | undefined): string {
  const { door, method, target, headers, body } = request
  const pairs = headers.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${shorten(headers[at + 1] ?? '')}`] : [],
  )
  const sent =
    typeof body === 'string' ? body : body === undefined ? '' : Buffer.from(body).toString()
  const answered =
    typeof answer === 'object'
      ? `${answer.status} in ${answer.ms.toFixed(0)} ms\n${JSON.stringify(answer.headers)}\n${shorten(answer.text)}`
      : (answer ?? 'could not be sent')
  return [
    `${method} ${shorten(target)} (${door})`,
    ...pairs,
    '',
    shorten(printable(sent)),
    '-->',
    printable(answered),
  ].join('\n')
}

const shorten = (text: string): string =>
  text.length > 2_000 ? `${text.slice(0, 2_000)}… (${text.length} characters)` : text

const printable = (text: string): string =>
  text.replaceAll(
    /[^\x20-\x7e\n\u00a0-\ud7ff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
