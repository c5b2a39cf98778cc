import type { EntryForm, JsonForm, StateForm } from './scenario-form.ts'

/** What is not the same in two states; values that only stand in for elided ones are skipped. */
export function stateDifferences(expected: StateForm, actual: StateForm): readonly string[] {
  const header = formDifferences('header', expected.header, actual.header)
  const elided = expected.entries.some(({ type }) => type === 'elided')
  const wanted = byIdentity(expected.entries.filter(({ type }) => type !== 'elided'))
  const found = byIdentity(actual.entries)
  const entries = [...new Set([...wanted.keys(), ...found.keys()])].flatMap((identity) => {
    const want = wanted.get(identity)
    const have = found.get(identity)
    if (want === undefined) {
      return elided && identity.startsWith('"data"')
        ? []
        : [`${plain(identity)}: should not be there`]
    }
    return have === undefined
      ? [`${plain(identity)}: missing`]
      : formDifferences(plain(identity), want, have)
  })
  return [...header, ...entries]
}

function formDifferences(where: string, expected: EntryForm, actual: EntryForm): string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...keys].flatMap((key) => {
    const want = canonical(expected[key])
    const have = canonical(actual[key])
    return want === have ? [] : [`${where} ${key}: expected ${want}, got ${have}`]
  })
}

const identifying = ['account', 'id', 'seller', 'asset', 'name', 'offerId', 'balanceId']

function byIdentity(entries: readonly EntryForm[]): ReadonlyMap<string, EntryForm> {
  return new Map(entries.map((entry) => [identityOf(entry), entry]))
}

const identityOf = (entry: EntryForm): string =>
  ['type', ...identifying]
    .flatMap((key) => (entry[key] === undefined ? [] : [canonical(entry[key])]))
    .join(' ')

const plain = (identity: string): string => identity.replaceAll('"', '')

/** JSON with sorted keys, so that the order of writing does not matter. */
function canonical(form: JsonForm | undefined): string {
  if (form === undefined) return 'nothing'
  return JSON.stringify(form, (_key, value: JsonForm) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).toSorted(byKey)) : value,
  )
}

const byKey = ([one]: readonly [string, JsonForm], [other]: readonly [string, JsonForm]): number =>
  one < other ? -1 : 1

const isRecord = (value: JsonForm): value is EntryForm =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
