import type { ProvidedFields } from './customer.ts'

const earliestBirth = '1890-01-01'

/**
 * The first value that has its form but cannot be true; asked only where validation is full
 * (SEP09-20). Days are compared as text, which their form allows.
 */
export function implausible(
  values: ReadonlyMap<string, string>,
  { stored, today }: { readonly stored: ProvidedFields; readonly today: string },
): { readonly field: string; readonly reason: string } | undefined {
  const day = (name: string): string | undefined => values.get(name) ?? stored[name]?.value
  const [birth, issue, expiry] = [
    day('birth_date'),
    day('id_issue_date'),
    day('id_expiration_date'),
  ]
  const rules = [
    ['birth_date', isAfter(birth, today), 'lies in the future'],
    ['birth_date', isAfter(earliestBirth, birth), 'lies too far in the past'],
    ['id_issue_date', isAfter(issue, today), 'lies in the future'],
    ['id_issue_date', isAfter(birth, issue), 'lies before the date of birth'],
    ['id_expiration_date', isAfter(today, expiry), 'is past; a valid document is needed'],
    ['id_expiration_date', isAfter(issue, expiry), 'lies before the date of issue'],
  ] as const
  const broken = rules.find(([field, isBroken]) => isBroken && values.has(field))
  return broken === undefined ? undefined : { field: broken[0], reason: broken[2] }
}

const isAfter = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one > other
