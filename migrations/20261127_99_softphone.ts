import type { Knex } from 'knex'

/** Devices that live as long as a session does: phones in browsers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sessions ADD CONSTRAINT sessions_tenant UNIQUE (tenant_id, id);
    ALTER TABLE devices ADD COLUMN session_id uuid UNIQUE,
      ADD CONSTRAINT devices_session FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM devices WHERE session_id IS NOT NULL;
    ALTER TABLE devices DROP COLUMN session_id;
    ALTER TABLE sessions DROP CONSTRAINT sessions_tenant;
  `)
}
