import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** What became of every call, its SIP messages, and its recordings. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE calls (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      started_at timestamptz NOT NULL,
      answered_at timestamptz,
      ended_at timestamptz NOT NULL,
      direction text NOT NULL,
      from_number text NOT NULL,
      from_name text,
      to_number text NOT NULL,
      caller_extension_id uuid REFERENCES extensions ON DELETE SET NULL,
      callee_extension_id uuid REFERENCES extensions ON DELETE SET NULL,
      result text NOT NULL,
      reason text NOT NULL,
      explanation text NOT NULL,
      hung_up_by text NOT NULL,
      sip_status integer,
      plan jsonb NOT NULL,
      legs jsonb NOT NULL
    );
    CREATE INDEX calls_tenant_started ON calls (tenant_id, started_at DESC);
    CREATE INDEX calls_caller ON calls (caller_extension_id, started_at DESC);
    CREATE INDEX calls_callee ON calls (callee_extension_id, started_at DESC);

    CREATE TABLE call_traces (
      call_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      started_at timestamptz NOT NULL,
      messages jsonb NOT NULL
    );
    CREATE INDEX call_traces_started ON call_traces (started_at);
    CREATE INDEX call_traces_tenant ON call_traces (tenant_id);

    CREATE TABLE recordings (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      call_id uuid NOT NULL,
      path text NOT NULL,
      status text NOT NULL,
      seconds real,
      bytes bigint,
      failure text,
      started_by text,
      started_at timestamptz NOT NULL,
      ended_at timestamptz
    );
    CREATE INDEX recordings_call ON recordings (call_id);
    CREATE INDEX recordings_tenant ON recordings (tenant_id, started_at DESC);
  `)
  await protectTenantTable(knex, 'calls', 'SELECT')
  await protectTenantTable(knex, 'call_traces', 'SELECT')
  await protectTenantTable(knex, 'recordings', 'SELECT')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE recordings, call_traces, calls')
}
