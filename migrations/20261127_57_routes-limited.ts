import type { Knex } from 'knex'

/** Outbound routes that only some may take, or only at some times. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE schedules ADD CONSTRAINT schedules_of_tenant UNIQUE (tenant_id, id);
    ALTER TABLE outbound_routes
      ADD COLUMN callers text[] NOT NULL DEFAULT '{}',
      ADD COLUMN schedule_id uuid,
      ADD CONSTRAINT outbound_routes_schedule FOREIGN KEY (tenant_id, schedule_id) REFERENCES schedules (tenant_id, id);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE outbound_routes DROP COLUMN callers, DROP COLUMN schedule_id; ALTER TABLE schedules DROP CONSTRAINT schedules_of_tenant')
}
