import { notifications } from '@mantine/notifications'
import { navigate } from 'wouter/use-browser-location'
import { sentenceOf } from './api-error.ts'
import { t } from '../words/translate.ts'

/** Short news at the edge of the page. What needs a decision belongs in a dialog instead. */
export const notify = {
  done(message: string): void {
    notifications.show({ message, color: 'green', autoClose: 4000, closeButtonProps: { 'aria-label': t('Dismiss') } })
  },
  /** It worked, and still something is to be looked at. */
  warned(title: string, message: string): void {
    notifications.show({ title, message, color: 'orange', autoClose: 12_000, closeButtonProps: { 'aria-label': t('Dismiss') } })
  },
  /** Stays until it is closed; a click leads on. */
  alarm(title: string, message: string, href: string): void {
    notifications.show({
      title, message, color: 'red', autoClose: false, role: 'alert', style: { cursor: 'pointer' }, closeButtonProps: { 'aria-label': t('Dismiss') },
      onClick: () => navigate(`/admin${href}`),
    })
  },
  failed(error: unknown): void {
    notifications.show({ title: t('That did not work'), message: sentenceOf(error), color: 'red', autoClose: 8000, closeButtonProps: { 'aria-label': t('Dismiss') } })
  },
}
