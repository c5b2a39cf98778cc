import { expect, it } from 'vitest'
import { wasNeverSent } from '../../../../src/adapters/rails/http/rail-call.ts'

it.each([
  ['ECONNREFUSED', 'connect', true],
  ['ENOTFOUND', 'getaddrinfo', true],
  ['EAI_AGAIN', 'getaddrinfo', true],
  ['UND_ERR_CONNECT_TIMEOUT', undefined, true],
  ['CERT_HAS_EXPIRED', undefined, true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, true],
  ['SELF_SIGNED_CERT_IN_CHAIN', undefined, true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, true],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined, true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, true],
  ['EHOSTUNREACH', 'connect', true],
  ['ENETUNREACH', 'connect', true],
  ['EHOSTUNREACH', 'read', false],
  ['ENETUNREACH', 'write', false],
  ['EHOSTUNREACH', undefined, false],
  ['ECONNRESET', 'connect', false],
  ['ETIMEDOUT', 'connect', false],
  ['UND_ERR_SOCKET', undefined, false],
  ['UND_ERR_HEADERS_TIMEOUT', undefined, false],
  [undefined, 'connect', false],
  [7, undefined, false],
])('is certain after %s by %s that nothing was sent: %s', (code, syscall, isCertain) => {
  const fault = Object.assign(new Error('A fault'), { code }, syscall && { syscall })
  expect(wasNeverSent(fault)).toBe(isCertain)
  expect(wasNeverSent({ code, syscall })).toBe(false)
})
