import fc from 'fast-check'
import type { Dice } from './dice.ts'

/** Values that nobody means, drawn once and picked from for every request. */
export interface OddValues {
  text(dice: Dice): string
  /** The source of a JSON value, which may be none that JavaScript could hold. */
  json(dice: Dice): string
  name(dice: Dice): string
  bytes(dice: Dice): Uint8Array
  /** Part of a path or a query as it goes over the wire. */
  encoded(dice: Dice): string
}

const handPicked = [
  '',
  ' ',
  '\t\r\n',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\u202eevil\u202c',
  '\ufeff',
  '😀'.repeat(20),
  'e\u0301',
  'ﬃ',
  'İ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '-0',
  '0',
  '1e999999999',
  '1e-7',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '9223372036854775808',
  '18446744073709551616',
  '99999999999999999999999999999999999999999.99999999',
  '0x10',
  '1_000',
  '१२३',
  '2026-02-30',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999999999Z',
  'stellar:USDC:G',
  'iso4217:XXX',
  'native',
  "' or 1=1 --",
  '"; drop table transaction; --',
  '%00',
  '%s%n',
  '${7*7}',
  '{{7*7}}',
  '../../../etc/passwd',
  '\\',
  '<script>',
  'file:///etc/passwd',
  'http://[::1',
  'https://a@b:c@d/#x',
  'https://127.1/',
  'https://xn--/',
  'http://localhost:1/',
  'javascript:alert(1)',
  'G'.repeat(56),
  'M'.repeat(69),
  'AAAA'.repeat(100),
  '='.repeat(8),
  'a'.repeat(256),
  'a'.repeat(1_001),
  'ß'.repeat(2_001),
  'x'.repeat(66_000),
  '('.repeat(500),
  '1'.repeat(400),
]

const oddJson = [
  '1e999999999',
  '-1e999999999',
  '-0',
  '-0.0',
  '0.1e1',
  '1E+2',
  '100.00000001',
  '0.0000001',
  '1e-400',
  '922337203685.4775807',
  '922337203685477580800',
  `1${'0'.repeat(60)}`,
  '[]',
  '{}',
  'null',
  'true',
  'false',
  '[[]]',
  '[null]',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"length":-1}',
  '{"then":1}',
  '{"toString":"x","valueOf":1}',
  '{"a":1,"a":2}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e"',
  `${'['.repeat(31)}${']'.repeat(31)}`,
  `${'['.repeat(40)}${']'.repeat(40)}`,
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  `[${'0,'.repeat(2_000)}0]`,
  // no JSON at all
  '',
  'NaN',
  'undefined',
  '01',
  '+1',
  '.5',
  "'x'",
  '{',
  '"',
  '[1,]',
  '"\t"',
  '1n',
]

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '',
  ' ',
  'id',
  'ID',
  'type[]',
  'a.b.c',
  'fields[transaction][x]',
  'organization.name',
  'card.number',
  'first_name_verification',
  'photo_id_front_file_id',
  'amount ',
  '\0',
  'é',
  '😀',
  'x'.repeat(300),
]

const encoded = [
  '%',
  '%0',
  '%zz',
  '%00',
  '%ff',
  '%c0%ae',
  '%e0%80',
  '%F0%9F%98%80',
  '%ED%A0%80',
  '%2e%2e%2f',
  '..',
  '../..',
  '.',
  '//',
  ';',
  '%3f',
  '%23',
  '%20',
  '+',
  '*',
  '$',
  '%25%32%35',
  'a'.repeat(513),
  'a'.repeat(7_000),
]

/** The same for the same seed. */
export function drawOddValues(seed: number): OddValues {
  const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number): Value[] =>
    fc.sample(arbitrary, { seed, numRuns })
  const texts = [
    ...handPicked,
    ...sample(fc.string({ unit: 'binary', maxLength: 40 }), 300),
    ...sample(fc.string({ maxLength: 30 }), 100),
    ...sample(fc.webUrl(), 60),
    ...sample(fc.emailAddress(), 30),
    ...sample(fc.uuid(), 30),
    ...sample(
      fc.double().map((number) => `${number}`),
      60,
    ),
    ...sample(fc.base64String({ maxLength: 400 }), 60),
  ]
  const values = [...oddJson, ...sample(fc.json(), 300)]
  const blobs = sample(fc.uint8Array({ maxLength: 200 }), 200)
  const words = [...names, ...sample(fc.string({ unit: 'binary', maxLength: 12 }), 40)]
  const pieces = [
    ...encoded,
    ...sample(fc.string({ unit: 'binary', maxLength: 12 }).map(encodeLoosely), 80),
  ]
  return {
    text: (dice) => dice.pick(texts),
    json: (dice) => (dice.oneIn(2) ? dice.pick(values) : JSON.stringify(dice.pick(texts))),
    name: (dice) => dice.pick(words),
    bytes: (dice) => dice.pick(blobs),
    encoded: (dice) => dice.pick(pieces),
  }
}

/** As a careful client would write it. */
export const encodeLoosely = (text: string): string => encodeURIComponent(wellFormed(text))

/** Without halves of surrogate pairs, which nothing can send as UTF-8. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
