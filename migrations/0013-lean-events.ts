import { Migration } from '@mikro-orm/migrations'

/**
 * Each event is written twice, first without a number and then with it, and each time into every index:
 * `recorded` becomes the key, and the id, which nothing looks up, loses its index. Locks
 * `transaction_event` while the index of the new key is built, a second or so per million events.
 */
export class LeanEvents extends Migration {
  override up(): void {
    this.addSql(`alter table transaction_event drop constraint transaction_event_pkey`)
    this.addSql(`alter table transaction_event drop constraint transaction_event_recorded_key`)
    this.addSql(`alter table transaction_event add primary key (recorded)`)
  }
}
