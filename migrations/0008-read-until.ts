import { Migration } from '@mikro-orm/migrations'

/**
 * Until when each account is known to be read: nothing of it expires before its payments could be
 * seen. Adds a column without a default: locks the few rows of `stellar_cursor` for a moment.
 */
export class ReadUntil extends Migration {
  override up(): void {
    this.addSql(`alter table stellar_cursor add column read_until timestamptz`)
  }
}
