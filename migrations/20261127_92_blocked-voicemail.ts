import type { Knex } from 'knex'

/** A blocked caller may leave a message. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE blocked_callers DROP CONSTRAINT blocked_callers_action_check;
    ALTER TABLE blocked_callers ADD CONSTRAINT blocked_callers_action_check CHECK (action IN ('decline', 'busy', 'not-in-service', 'voicemail', 'allow'));
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE blocked_callers SET action = 'decline' WHERE action = 'voicemail';
    ALTER TABLE blocked_callers DROP CONSTRAINT blocked_callers_action_check;
    ALTER TABLE blocked_callers ADD CONSTRAINT blocked_callers_action_check CHECK (action IN ('decline', 'busy', 'not-in-service', 'allow'));
  `)
}
