import { Migration } from '@mikro-orm/migrations'

/** SEP-12 customers with their sealed values, files and verification codes. New tables: locks nothing. */
export class Customers extends Migration {
  override up(): void {
    this.addSql(`create table customer (
        id uuid primary key,
        owner_account text not null,
        memo_type text not null default '' check (memo_type in ('', 'id', 'text', 'hash')),
        memo_value text not null default '',
        fields_sealed bytea not null,
        rejected text,
        last_type text,
        callback_url text,
        version integer not null check (version > 0),
        created_at timestamptz not null,
        updated_at timestamptz not null,
        unique (owner_account, memo_type, memo_value)
      )`)
    this.addSql(`create table customer_file (
        id uuid primary key,
        owner_account text not null,
        owner_memo text not null default '',
        customer_id uuid references customer (id) on delete cascade,
        content_type text not null,
        size integer not null check (size >= 0),
        content_sealed bytea not null,
        digest_sealed bytea not null,
        created_at timestamptz not null,
        expires_at timestamptz
      )`)
    this.addSql(`create index customer_file_of_customer on customer_file (customer_id)`)
    this.addSql(
      `create index customer_file_of_owner on customer_file (owner_account, owner_memo) where customer_id is null`,
    )
    this.addSql(
      `create index customer_file_lapsing on customer_file (expires_at) where expires_at is not null`,
    )
    this.addSql(`create table customer_verification (
        customer_id uuid not null references customer (id) on delete cascade,
        field text not null,
        code_hash text not null,
        tries_left integer not null check (tries_left >= 0),
        expires_at timestamptz not null,
        sent integer not null check (sent > 0),
        window_started_at timestamptz not null,
        primary key (customer_id, field)
      )`)
  }
}
