/** A value as PostgreSQL reads it, in text; bytes go as they are. */
export function onWire(value: unknown): string | Buffer | null {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return null
  if (typeof value === 'object') return objectOnWire(value)
  return `${value as number | bigint | boolean}` // nobody binds anything else
}

function objectOnWire(value: object): string | Buffer {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return bytesOf(value)
  return Array.isArray(value) ? listOnWire(value) : JSON.stringify(value)
}

const bytesOf = (value: Uint8Array): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)

/** `{"a","b",NULL}`, lists in lists as well. */
const listOnWire = (values: readonly unknown[]): string => `{${values.map(inList).join(',')}}`

function inList(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return listOnWire(value)
  const written = onWire(value)
  return typeof written === 'string'
    ? `"${written.replaceAll(/["\\]/g, '\\$&')}"`
    : `"\\\\x${written?.toString('hex') ?? ''}"`
}
