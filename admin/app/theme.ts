import { ActionIcon, createTheme, Drawer, Menu, Modal, Table, Tooltip, type CSSVariablesResolver } from '@mantine/core'
import { t } from '../words/translate.ts'

/** Colours are picked so that text reaches 4.5:1 on every ground it stands on, light and dark. */
export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: 8,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  colors: {
    petrol: ['#ecf6fb', '#d6eaf4', '#b3d8ea', '#8cc4df', '#63aed2', '#4299c4', '#3089b6', '#247ca8', '#1a6f97', '#0c4a69'],
    dark: ['#d5dbe3', '#b6c0cc', '#94a0b0', '#75818f', '#3a4553', '#2a3440', '#1c242e', '#141a21', '#0f141a', '#0a0e12'],
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Drawer: Drawer.extend({ defaultProps: { position: 'right', size: 'md', padding: 'lg', closeButtonProps: { 'aria-label': t('Close') } } }),
    // Without the placeholder the first entry has the focus, and a menu holds nothing but its entries.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { centered: true, padding: 'lg', closeButtonProps: { 'aria-label': t('Close') } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: false } } }),
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#1b232c',
    '--mantine-color-dimmed': '#566170',
    '--mantine-color-placeholder': '#6b7683',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-default-border': '#d9dfe6',
    '--page-ground': '#f5f7f9',
    '--line': '#e3e8ed',
    '--row-hover': '#f4f8fb',
    '--mantine-color-green-light-color': '#17632a',
    '--mantine-color-orange-light-color': '#8a3b06',
    '--mantine-color-red-light-color': '#a51d1d',
  },
  dark: {
    '--mantine-color-dimmed': '#9aa6b5',
    '--mantine-color-placeholder': '#8592a1',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-default-border': '#303b48',
    '--page-ground': '#0f141a',
    '--line': '#28323d',
    '--row-hover': '#1a222b',
    '--mantine-color-gray-light': '#28323d',
    '--mantine-color-gray-light-color': '#d5dbe3',
    '--mantine-color-petrol-light': '#12303f',
    '--mantine-color-petrol-light-color': '#a5d3ea',
    '--mantine-color-green-light': '#16321f',
    '--mantine-color-green-light-color': '#8ce99a',
    '--mantine-color-orange-light': '#3a2815',
    '--mantine-color-orange-light-color': '#ffc078',
    '--mantine-color-red-light': '#3d1f21',
    '--mantine-color-red-light-color': '#ffa8a8',
  },
})
