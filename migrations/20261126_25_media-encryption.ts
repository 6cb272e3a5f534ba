import type { Knex } from 'knex'

/** Whether the audio of an extension's phones is encrypted; null: as the settings of the house say. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE extensions ADD COLUMN encryption text CHECK (encryption IN ('off', 'offer', 'require'))")
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN encryption')
}
