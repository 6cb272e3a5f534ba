import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/**
 * Call history for millions of calls: a partition a month, so that old months are dropped in an instant and every index stays
 * small; plans and legs out of the row, so that lists read little; and who was ever a party, so that a search for part of a
 * number or name asks a small table first.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE calls RENAME TO calls_before;
    ALTER TABLE calls_before RENAME CONSTRAINT calls_pkey TO calls_before_pkey;
    DROP INDEX calls_tenant_started, calls_caller, calls_callee, calls_root;

    CREATE TABLE calls (
      id uuid NOT NULL,
      tenant_id uuid NOT NULL REFERENCES tenants,
      root_id uuid NOT NULL,
      started_at timestamptz NOT NULL,
      answered_at timestamptz,
      ended_at timestamptz NOT NULL,
      direction text NOT NULL,
      from_number text NOT NULL,
      from_name text,
      to_number text NOT NULL,
      to_name text,
      caller_extension_id uuid REFERENCES extensions ON DELETE SET NULL,
      callee_extension_id uuid REFERENCES extensions ON DELETE SET NULL,
      result text NOT NULL,
      reason text NOT NULL,
      explanation text NOT NULL,
      hung_up_by text NOT NULL,
      sip_status integer,
      plan jsonb NOT NULL,
      legs jsonb NOT NULL,
      PRIMARY KEY (id, started_at)
    ) PARTITION BY RANGE (started_at);
    CREATE INDEX calls_tenant_started ON calls (tenant_id, started_at DESC, id DESC);
    CREATE INDEX calls_result ON calls (tenant_id, result, started_at DESC);
    CREATE INDEX calls_from ON calls (tenant_id, from_number, started_at DESC);
    CREATE INDEX calls_to ON calls (tenant_id, to_number, started_at DESC);
    CREATE INDEX calls_caller ON calls (caller_extension_id, started_at DESC);
    CREATE INDEX calls_callee ON calls (callee_extension_id, started_at DESC);
    CREATE INDEX calls_root ON calls (root_id);
    -- For calls of months that nobody made a partition for, as when a clock was wrong.
    CREATE TABLE calls_other PARTITION OF calls DEFAULT WITH (toast_tuple_target = 128);
    -- Reached through calls and its policy only.
    ALTER TABLE calls_other ENABLE ROW LEVEL SECURITY;

    CREATE TABLE call_parties (
      tenant_id uuid NOT NULL REFERENCES tenants,
      number text NOT NULL,
      name text NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, number, name)
    );

    -- Makes the partition of the month of a day, with the calls of that month that are in calls_other.
    CREATE FUNCTION dialplane_call_month(day date) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      first timestamptz := date_trunc('month', day::timestamp) AT TIME ZONE 'UTC';
      next timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
      part text := 'calls_' || to_char(day, 'YYYY_MM');
    BEGIN
      -- Several nodes may start at once.
      PERFORM pg_advisory_xact_lock(hashtext('dialplane_call_month'));
      IF to_regclass(part) IS NOT NULL THEN RETURN; END IF;
      EXECUTE format('CREATE TABLE %I (LIKE calls INCLUDING ALL) WITH (toast_tuple_target = 128)', part);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('WITH moved AS (DELETE FROM calls_other WHERE started_at >= %L AND started_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved', first, next, part);
      EXECUTE format('ALTER TABLE calls ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, first, next);
    END $$;

    INSERT INTO calls SELECT id, tenant_id, root_id, started_at, answered_at, ended_at, direction, from_number, from_name, to_number, plan->>'toName',
      caller_extension_id, callee_extension_id, result, reason, explanation, hung_up_by, sip_status, plan - 'toName', legs FROM calls_before;
    INSERT INTO call_parties
      SELECT tenant_id, number, coalesce(name, ''), max(started_at)
      FROM calls, LATERAL (VALUES (from_number, from_name), (to_number, to_name)) AS party(number, name) GROUP BY 1, 2, 3;
    DROP TABLE calls_before;
    SELECT dialplane_call_month(month) FROM (SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month FROM calls_other) months;
  `)
  await protectTenantTable(knex, 'calls', 'SELECT')
  await protectTenantTable(knex, 'call_parties', 'SELECT')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION dialplane_call_month(date);
    DROP TABLE call_parties;
    ALTER TABLE calls RENAME TO calls_after;
    CREATE TABLE calls (
      id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, started_at timestamptz NOT NULL, answered_at timestamptz, ended_at timestamptz NOT NULL,
      direction text NOT NULL, from_number text NOT NULL, from_name text, to_number text NOT NULL,
      caller_extension_id uuid REFERENCES extensions ON DELETE SET NULL, callee_extension_id uuid REFERENCES extensions ON DELETE SET NULL,
      result text NOT NULL, reason text NOT NULL, explanation text NOT NULL, hung_up_by text NOT NULL, sip_status integer, plan jsonb NOT NULL, legs jsonb NOT NULL,
      root_id uuid NOT NULL
    );
    INSERT INTO calls SELECT id, tenant_id, started_at, answered_at, ended_at, direction, from_number, from_name, to_number, caller_extension_id, callee_extension_id,
      result, reason, explanation, hung_up_by, sip_status, plan || jsonb_build_object('toName', to_name), legs, root_id FROM calls_after;
    DROP TABLE calls_after;
    CREATE INDEX calls_tenant_started ON calls (tenant_id, started_at DESC);
    CREATE INDEX calls_caller ON calls (caller_extension_id, started_at DESC);
    CREATE INDEX calls_callee ON calls (callee_extension_id, started_at DESC);
    CREATE INDEX calls_root ON calls (root_id);
  `)
  await protectTenantTable(knex, 'calls', 'SELECT')
}
