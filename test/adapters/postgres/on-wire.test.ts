import { expect, it } from 'vitest'
import { onWire } from '../../../src/adapters/postgres/on-wire.ts'

const bytes = Uint8Array.of(0, 255)

it.each<[unknown, string | null]>([
  [undefined, null],
  [7n, '7'],
  [false, 'false'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [{ list: [1, 'a'] }, '{"list":[1,"a"]}'],
  [[], '{}'],
  [['a', undefined, null, 'NULL', ''], '{"a",NULL,NULL,"NULL",""}'],
  [['"', '\\', '{', ','], String.raw`{"\"","\\","{",","}`],
  [[['a', 'b'], ['c']], '{{"a","b"},{"c"}}'],
  [[[['a']], []], '{{{"a"}},{}}'],
  [[[7n, true, new Date(0)]], '{{"7","true","1970-01-01T00:00:00.000Z"}}'],
  [[[bytes], [bytes]], String.raw`{{"\\x00ff"},{"\\x00ff"}}`],
  [[{ a: '"' }], String.raw`{"{\"a\":\"\\\"\"}"}`],
])('a value is written as PostgreSQL reads it, lists within lists too: %#', (value, written) => {
  expect(onWire(value)).toBe(written)
})
