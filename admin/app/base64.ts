/** The bytes of a file as the API takes them in JSON. */
import { t } from '../words/translate.ts'

export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error ?? new Error(t('The file cannot be read.'))))
    reader.readAsDataURL(file)
  })
}
