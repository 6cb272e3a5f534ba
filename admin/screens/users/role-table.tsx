import { Accordion, List, Text, Title } from '@mantine/core'
import type { Role } from '../../app/types.ts'
import { roleName } from '../../words/roles.ts'
import { permissionGroups } from '../../words/permissions.ts'
import { plural, t } from '../../words/translate.ts'

/** What each role allows, in words. */
export function RoleTable({ roles }: { roles: Role[] }) {
  return (
    <section aria-labelledby="roles">
      <Title order={2} id="roles" mb="xs">{t('Roles')}</Title>
      <Accordion variant="contained" multiple order={3} bg="var(--mantine-color-body)" style={{ borderRadius: 'var(--mantine-radius-md)' }}>
        {roles.map((role) => (
          <Accordion.Item key={role.id} value={role.key}>
            <Accordion.Control>
              <Text fw={600} size="sm">{roleName(role)}</Text>
              <Text size="xs" c="dimmed">{plural(role.permissions.length, '{{count}} permission', '{{count}} permissions')}{role.builtIn && ` · ${t('built in')}`}</Text>
            </Accordion.Control>
            <Accordion.Panel>
              {permissionGroups.map(({ group, permissions }) => {
                const allowed = Object.entries(permissions).filter(([key]) => role.permissions.some((permission) => permission === key))
                if (allowed.length === 0) return null
                return (
                  <div key={group} style={{ marginBottom: 8 }}>
                    <Text size="xs" c="dimmed" fw={600}>{group}</Text>
                    <List size="sm">{allowed.map(([key, words]) => <List.Item key={key}>{words}</List.Item>)}</List>
                  </div>
                )
              })}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </section>
  )
}
