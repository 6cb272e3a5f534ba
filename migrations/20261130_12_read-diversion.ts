import type { Knex } from 'knex'

/** Whether a carrier is believed who sent a call on before it came here. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks ADD COLUMN read_diversion boolean NOT NULL DEFAULT true')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN read_diversion')
}
