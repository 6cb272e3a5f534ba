import { Paper } from '@mantine/core'

/** The ground that content stands on. Not a default of Paper itself: dialogs, drawers and menus are made of Paper too. */
export const Panel = Paper.withProps({ withBorder: true, p: 'md' })
