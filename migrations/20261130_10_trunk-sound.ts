import type { Knex } from 'knex'

/** Which codecs a trunk takes, how digits go over it, and how long its packets are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE trunks
      ADD COLUMN codecs text[] NOT NULL DEFAULT '{}',
      ADD COLUMN dtmf text NOT NULL DEFAULT 'auto' CHECK (dtmf IN ('auto', 'rfc4733', 'inband', 'info')),
      ADD COLUMN packet_ms integer CHECK (packet_ms IN (10, 20, 30, 40, 60))
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN packet_ms, DROP COLUMN dtmf, DROP COLUMN codecs')
}
