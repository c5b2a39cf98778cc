import { createHash, randomUUID } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk'
import { verificationCodes } from '../../../src/adapters/verification/verification-codes.ts'
import { readSubject } from '../../../src/domain/client/principal.ts'
import type { Validation } from '../../../src/domain/customer/customer-type.ts'
import { sep12Routes } from '../../../src/http/sep12/routes.ts'
import { writeCustomerNotice } from '../../../src/http/sep12/wire.ts'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import { hostLookup } from '../../../src/adapters/guarded-fetch/host-lookup.ts'
import { deleteCustomer } from '../../../src/usecases/customers/delete-customer.ts'
import { forgetLapsedFiles } from '../../../src/usecases/customers/forget-lapsed-files.ts'
import { listFiles } from '../../../src/usecases/customers/list-files.ts'
import { setCustomerCallback } from '../../../src/usecases/customers/set-customer-callback.ts'
import { uploadFile } from '../../../src/usecases/customers/upload-file.ts'
import { verifyCustomer } from '../../../src/usecases/customers/verify-customer.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { saveChange } from '../../../src/usecases/transactions/save-change.ts'
import { findCustomer } from '../../../src/usecases/customers/find-customer.ts'
import { registerCustomer } from '../../../src/usecases/customers/register-customer.ts'
import { saveCustomerChange } from '../../../src/usecases/customers/save-customer-change.ts'
import type { CustomerUpdate } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { VerificationSenderUnavailable } from '../../../src/usecases/ports/verification-sender.ts'
import type { VerificationMessage } from '../../../src/usecases/ports/verification-sender.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { freshCommit } from '../../database.ts'

export const anAccount = (): string => Keypair.random().publicKey()

/** The SEP-12 door with the real rooms on a real database; only the token check is the test's own. */
export async function openDoor(validation: Validation = 'formats') {
  const db = await freshCommit()
  const types = customerTypes(validation)
  const sent: VerificationMessage[] = []
  const sending = { isAway: false }
  const resumed: CustomerUpdate[] = []
  const faults: object[] = []
  const logged: object[] = []
  const clock = { now: new Date('2026-03-01T12:00:00Z') }
  const { commit, read } = db
  const newId = () => randomUUID()
  const now = () => clock.now
  const resume = resumeTransactionsOfCustomer({
    customerTypes: types,
    saveChange: saveChange({ newId, writeNotice: ({ id }) => id }),
  })
  const saveCustomer = saveCustomerChange({
    types,
    newId,
    writeNotice: writeCustomerNotice,
    resumeTransactions: async (records, update, at) => {
      resumed.push(update)
      await resume(records, update, at)
    },
  })
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
  const parts = { commit, types, saveCustomerChange: saveCustomer, newId, now, digest }
  const register = registerCustomer({
    ...parts,
    codes: verificationCodes(new Uint8Array(32)),
    sender: {
      send: (message) =>
        sending.isAway
          ? Promise.reject(new VerificationSenderUnavailable('away'))
          : Promise.resolve(void sent.push(message)),
    },
  })
  const find = findCustomer({ read, types })
  const sep12 = sep12Routes({
    findCustomer: find,
    registerCustomer: register,
    verifyCustomer: verifyCustomer({ registerCustomer: register, findCustomer: find }),
    setCustomerCallback: setCustomerCallback({
      ...parts,
      callbackRules: { allowHttp: false, allowPrivateHosts: false },
      hosts: hostLookup((host) =>
        Promise.resolve([host === 'inside.example.com' ? '10.0.0.1' : '93.184.216.34']),
      ),
    }),
    deleteCustomer: deleteCustomer({ commit, resumeTransactions: resume, now }),
    uploadFile: uploadFile(parts),
    listFiles: listFiles({ read, now }),
    now,
  })
  const app = createHttpServer({
    tables: [sep12],
    authenticate: (authorization) => Promise.resolve(authenticate(authorization)),
    log: {
      info: (fields) => logged.push(fields),
      warn: (fields) => logged.push(fields),
      error: (fields) => faults.push(fields),
    },
  })

  return {
    ...db,
    app,
    clock,
    sent,
    sending,
    resumed,
    logged,
    /** What the server logged as an error; stays empty. */
    faults,
    types,
    forgetLapsedFiles: forgetLapsedFiles({ commit, now }),
    /** For example `call(account, 'PUT /customer', { body: jane })`. */
    async call(subject: string | undefined, line: `${Method} /${string}`, more: Sending = {}) {
      const [method, path = ''] = line.split(' ')
      const answer = await app.inject({
        method: method as Method,
        url: `/sep12${path}`,
        headers: {
          ...(subject !== undefined && { authorization: `Bearer ${subject}` }),
          ...more.headers,
        },
        ...('body' in more && { payload: more.body }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body === '' ? {} : answer.json<Answer>(),
      }
    },
    async close() {
      await app.close()
      await db.close()
    },
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS'

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object | Buffer
}

/** What SEP-12 answers, all of it optional. */
export interface Answer {
  readonly id?: string
  readonly status?: string
  readonly message?: string
  readonly error?: string
  readonly fields?: Readonly<Record<string, AnsweredField>>
  readonly provided_fields?: Readonly<Record<string, AnsweredField>>
  readonly file_id?: string
  readonly files?: readonly { readonly file_id: string }[]
}

interface AnsweredField {
  readonly type: string
  readonly description: string
  readonly optional?: boolean
  readonly choices?: readonly string[]
  readonly status?: string
  readonly error?: string
}

/** The token is the subject itself; contracts are let in although SEP-45 is not there yet. */
function authenticate(authorization: string | undefined) {
  const subject = authorization?.replace('Bearer ', '') ?? ''
  const read = subject.startsWith('C') ? { account: subject } : readSubject(subject)
  return read === undefined
    ? { error: 'no token' }
    : { principal: { ...read, subject, homeDomain: 'localhost' } }
}

/** A multipart body; parts with bytes are files, by default without a name as the wallet SDK sends them. */
export function multipart(
  parts: readonly {
    readonly name: string
    readonly value: string | Uint8Array
    readonly fileName?: string
    readonly type?: string
  }[],
): Sending {
  const boundary = 'fairleadboundary'
  const chunks = parts.flatMap(({ name, value, fileName, type }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"` +
        (fileName === undefined ? '' : `; filename="${fileName}"`) +
        (typeof value === 'string' && type === undefined
          ? ''
          : `\r\ncontent-type: ${type ?? 'application/octet-stream'}`) +
        '\r\n\r\n',
    ),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

/** The smallest files that are what they say. */
export const aPng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
export const aPdf = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')

export const jane = {
  first_name: 'Jane',
  last_name: 'Doe',
  email_address: 'jane@example.com',
}
