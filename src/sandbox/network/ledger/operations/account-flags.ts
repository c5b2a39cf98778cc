/** What an issuer says about the lines that trust it (SBX-14). */
export const accountFlags = { required: 1, revocable: 2, immutable: 4, clawback: 8 } as const

export const allAccountFlags = 15
