import { Migration } from '@mikro-orm/migrations'

/** Credits seen on watched accounts and how far each was read. New tables: locks nothing. */
export class StellarPayments extends Migration {
  override up(): void {
    this.addSql(`create table stellar_cursor (
        account text primary key,
        cursor text not null,
        moved_at timestamptz not null default now(),
        seat_holder text,
        seat_until timestamptz
      )`)
    this.addSql(`create table stellar_payment (
        id bigint primary key,
        account text not null,
        kind text not null,
        asset text not null,
        units bigint not null check (units >= 0),
        from_account text not null,
        memo_type text not null check (memo_type in ('none', 'id', 'text', 'hash', 'return')),
        memo_value text,
        muxed_id text,
        transaction_hash text not null,
        ledger_closed_at timestamptz not null,
        seen_at timestamptz not null,
        match_state text not null default 'waiting' check (match_state in ('waiting', 'matched', 'unmatched')),
        match_reason text,
        transaction_id uuid references "transaction" (id),
        check ((match_state = 'unmatched') = (match_reason is not null)),
        check ((match_state = 'matched') <= (transaction_id is not null))
      )`)
    this.addSql(
      `create index stellar_payment_waiting on stellar_payment (account, id) where match_state = 'waiting'`,
    )
    this.addSql(
      `create index stellar_payment_unmatched on stellar_payment (id desc) where match_state = 'unmatched'`,
    )
    this.addSql(
      `create unique index stellar_payment_funds_one on stellar_payment (transaction_id) where match_state = 'matched'`,
    )
    this.addSql(
      `create index stellar_payment_of_transaction on stellar_payment (transaction_id) where transaction_id is not null`,
    )
  }
}
