import { expect, it } from 'vitest'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { Verification } from '../../../src/domain/customer/verification.ts'
import { checkReferences } from '../../../src/usecases/customers/check-references.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'

const now = new Date('2026-03-01T12:00:00Z')
const fields = ['mobile_number', 'email_address', 'bank_phone_number']
const words = ['right', 'wrong', 'unawaited'] as const
type Word = (typeof words)[number]

const every: readonly (readonly Word[])[] = words.flatMap((first) =>
  words.flatMap((second) => words.map((third) => [first, second, third])),
)

const customer: Customer = {
  id: 'c',
  key: { account: 'G' },
  fields: Object.fromEntries(fields.map((name) => [name, { value: 'x', status: 'ACCEPTED' }])),
  version: 1,
  createdAt: now,
  updatedAt: now,
}

/** Sends a code for each of three fields; what was said, and the tries that are left of those that lost one. */
async function check(sent: readonly Word[]) {
  const put: Verification[] = []
  const awaited = (field: string): Verification | undefined =>
    sent[fields.indexOf(field)] === 'unawaited'
      ? undefined
      : {
          customerId: 'c',
          field,
          codeHash: `right for ${field} of c`,
          triesLeft: 5 - fields.indexOf(field),
          expiresAt: new Date(now.getTime() + 1),
          sent: 1,
          windowStartedAt: now,
        }
  const verifications = {
    lock: (_: string, field: string) => Promise.resolve(awaited(field)),
    put: (one: Verification) => Promise.resolve(void put.push(one)),
  }
  const codes = new Map(fields.map((field, place) => [field, sent[place] ?? 'right']))
  const outcome = await checkReferences({ verifications } as unknown as Records, {
    owner: { account: 'G' },
    customer,
    read: { values: new Map(), files: new Map(), fileIds: new Map(), codes },
    codes: {
      newCode: () => '',
      hash: (code, id, field) => `${code} for ${field} of ${id}`,
      isSame: (one, other) => one === other,
    },
    now,
  })
  const said = outcome.ok ? outcome.value.verified : outcome.refusal
  return { said, lost: put.map(({ field, triesLeft }) => [field, triesLeft]) }
}

it.each(every)(
  'codes that are %s, %s and %s: the first not awaited is told, else the first wrong one, which loses a try (SEP12-93)',
  async (...sent) => {
    const [unawaited, wrong] = [sent.indexOf('unawaited'), sent.indexOf('wrong')]
    const nothing = { code: 'code_not_awaited', field: fields[unawaited] }
    const triesLeft = 4 - wrong
    const refused = { code: 'code_wrong', field: fields[wrong], triesLeft }
    const isTried = unawaited === -1 && wrong !== -1
    expect(await check(sent)).toEqual({
      said: unawaited === -1 ? (wrong === -1 ? fields : refused) : nothing,
      lost: isTried ? [[fields[wrong], triesLeft]] : [],
    })
  },
)

it.each([
  ['photo_id_front', 'application/pdf', true],
  ['photo_id_front', 'video/mp4', false],
  ['proof_of_liveness', 'video/mp4', true],
  ['first_name', 'image/png', false],
] as const)(
  'a file is taken for a field that may hold what it is: %s, %s (SEP12-128)',
  async (...[name, contentType, isTaken]) => {
    const file = {
      id: 'f',
      owner: { account: 'G' },
      contentType,
      size: 1,
      digest: '',
      createdAt: now,
    }
    const customerFiles = { lockOwn: () => Promise.resolve(file) }
    const outcome = await checkReferences({ customerFiles } as unknown as Records, {
      owner: file.owner,
      read: {
        values: new Map(),
        files: new Map(),
        fileIds: new Map([[name, 'f']]),
        codes: new Map(),
      },
      codes: { newCode: () => '', hash: () => '', isSame: () => true },
      now,
    })
    const said = outcome.ok ? [...outcome.value.files] : outcome.refusal
    expect(said).toEqual(isTaken ? [[name, file]] : { code: 'file_unknown', field: name })
  },
)
