import { ConsumedChallengeRow } from './consumed-challenge-row.ts'

/** Every row the ORM maps; no folder is scanned. */
export const rows = [ConsumedChallengeRow] as const
