type FlagNames = readonly (readonly [number, string])[]

export const ACCOUNT_FLAGS: FlagNames = [
  [1, 'auth_required'],
  [2, 'auth_revocable'],
  [4, 'auth_immutable'],
  [8, 'auth_clawback_enabled'],
]

export const TRUST_LINE_FLAGS: FlagNames = [
  [1, 'authorized'],
  [2, 'authorized_to_maintain_liabilities'],
  [4, 'clawback_enabled'],
]

/** `set_flags: [1], set_flags_s: ['auth_required']`; nothing when no flag is named. */
export function flagLists(field: string, flags: number | null, names: FlagNames): object {
  const named = names.filter(([bit]) => ((flags ?? 0) & bit) !== 0)
  if (named.length === 0) return {}
  return { [field]: named.map(([bit]) => bit), [`${field}_s`]: named.map(([, name]) => name) }
}
