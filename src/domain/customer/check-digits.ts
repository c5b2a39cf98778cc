/** Check digits of account numbers. A wrong one is a slip of the pen, found before money is sent. */

/** CLABE, Mexico: 18 digits, weights 3-7-1, the last digit makes the sum a multiple of ten. */
export function isClabe(text: string): boolean {
  if (!/^[0-9]{18}$/.test(text)) return false
  const sum = Array.from(text.slice(0, 17)).reduce(
    (total, digit, place) => total + ((Number(digit) * ([3, 7, 1][place % 3] ?? 0)) % 10),
    0,
  )
  return (10 - (sum % 10)) % 10 === Number(text[17])
}

/** CBU and CVU, Argentina: 22 digits in blocks of 8 and 14, each ending in its own check digit. */
export const isCbu = (text: string): boolean =>
  /^[0-9]{22}$/.test(text) && isCbuBlock(text.slice(0, 8)) && isCbuBlock(text.slice(8))

const cbuWeights = [3, 1, 7, 9]

function isCbuBlock(block: string): boolean {
  const digits = Array.from(block.slice(0, -1)).toReversed()
  const sum = digits.reduce(
    (total, digit, place) => total + Number(digit) * (cbuWeights[place % 4] ?? 0),
    0,
  )
  return (10 - (sum % 10)) % 10 === Number(block.at(-1))
}

/** Whether this looks like an IBAN: two letters, two digits, eleven to thirty more characters. */
export const looksLikeIban = (text: string): boolean =>
  /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(compactAccountNumber(text))

/** ISO 13616: moved round and letters read as numbers, the remainder by 97 is 1. */
export function isIban(text: string): boolean {
  const compact = compactAccountNumber(text)
  if (!looksLikeIban(compact)) return false
  const moved = compact.slice(4) + compact.slice(0, 4)
  const remainder = Array.from(moved).reduce((rest, character) => {
    const value = Number.parseInt(character, 36)
    return (rest * (value > 9 ? 100 : 10) + value) % 97
  }, 0)
  return remainder === 1
}

/** Account numbers are often printed in groups; the blanks mean nothing. */
export const compactAccountNumber = (text: string): string => text.replaceAll(' ', '')
