import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** What calls cost: the rates of a trunk as one list, the cheapest trunk first, the cost of each call, and limits of what is spent. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE rate_decks (
      trunk_id uuid PRIMARY KEY REFERENCES trunks ON DELETE CASCADE,
      tenant_id uuid NOT NULL REFERENCES tenants,
      currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
      -- A line for each rate: prefix, price a minute, first and further seconds, fee of a call, valid from (seconds since the epoch).
      rates text NOT NULL,
      count integer NOT NULL CHECK (count BETWEEN 1 AND 100000),
      imported_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON rate_decks FOR EACH ROW EXECUTE FUNCTION dialplane_directory_changed();
    ALTER TABLE outbound_routes ADD COLUMN cheapest_first boolean NOT NULL DEFAULT false;
    ALTER TABLE calls ADD COLUMN cost numeric(14, 6), ADD COLUMN cost_currency text;
    ALTER TABLE toll_calls ADD COLUMN abroad boolean NOT NULL DEFAULT true, ADD COLUMN cost double precision NOT NULL DEFAULT 0 CHECK (cost >= 0);
    ALTER TABLE toll_settings
      ADD COLUMN spend_day_extension double precision CHECK (spend_day_extension > 0),
      ADD COLUMN spend_month_extension double precision CHECK (spend_month_extension > 0),
      ADD COLUMN spend_day_tenant double precision CHECK (spend_day_tenant > 0),
      ADD COLUMN spend_month_tenant double precision CHECK (spend_month_tenant > 0);
    ALTER TABLE toll_locks ADD COLUMN spend boolean NOT NULL DEFAULT false;
    CREATE TABLE toll_warnings (
      tenant_id uuid NOT NULL REFERENCES tenants,
      subject text NOT NULL,
      warned_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (tenant_id, subject)
    );
  `)
  await protectTenantTable(knex, 'rate_decks', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'toll_warnings', 'SELECT, INSERT, DELETE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE rate_decks, toll_warnings;
    ALTER TABLE outbound_routes DROP COLUMN cheapest_first;
    ALTER TABLE calls DROP COLUMN cost, DROP COLUMN cost_currency;
    ALTER TABLE toll_calls DROP COLUMN abroad, DROP COLUMN cost;
    ALTER TABLE toll_settings DROP COLUMN spend_day_extension, DROP COLUMN spend_month_extension, DROP COLUMN spend_day_tenant, DROP COLUMN spend_month_tenant;
    ALTER TABLE toll_locks DROP COLUMN spend
  `)
}
