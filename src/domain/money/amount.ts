/**
 * SEP-38 asset identification: `stellar:CODE:ISSUER`, `stellar:native`, `iso4217:USD`.
 * Source: SEP-38, "Asset Identification Format".
 */
export type AssetName = string

/** A sum of one asset in its smallest unit: 10^-7 on Stellar, the ISO 4217 minor unit off it. */
export interface Amount {
  readonly asset: AssetName
  readonly units: bigint
}

/** Digits after the point of every Stellar asset. */
export const stellarDecimals = 7

/** The most units of an asset there can be: Stellar counts in signed 64 bits. */
export const stellarUnitsMax = 2n ** 63n - 1n

const plainDecimal = /^(\d{1,20})(?:\.(\d{1,20}))?$/

/**
 * Reads a plain decimal text as whole units: `parseUnits('12.5', 2)` is `1250n`.
 * Signs, exponents, blanks, more decimals than `decimals` (zeros aside) give `undefined`.
 */
export function parseUnits(text: string, decimals: number): bigint | undefined {
  const found = plainDecimal.exec(text)
  if (found === null) return undefined
  const fraction = (found[2] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) return undefined
  return BigInt((found[1] ?? '0') + fraction.padEnd(decimals, '0'))
}

/** Writes whole units as a plain decimal without needless zeros: `formatUnits(1250n, 2)` is `'12.5'`. */
export function formatUnits(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/**
 * The same sum in a coarser or finer unit; what does not fit is cut off (rounded towards zero).
 * The caller says who keeps the rest.
 */
export function rescaleDown(units: bigint, fromDecimals: number, toDecimals: number): bigint {
  return toDecimals >= fromDecimals
    ? units * 10n ** BigInt(toDecimals - fromDecimals)
    : units / 10n ** BigInt(fromDecimals - toDecimals)
}
