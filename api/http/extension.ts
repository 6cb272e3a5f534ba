/** The extension for browsers that makes the numbers of every page callable: dialplane.js with the token in a place of its own. */
import { readFileSync } from 'node:fs'
import { zipSync } from 'fflate'

const here = (name: string): Buffer => readFileSync(new URL(name, import.meta.url))
/** Entries of an archive have a time; the same files are the same bytes. */
const TIME = new Date('2026-01-01T00:00:00Z')

/**
 * Its files by name, for Chrome, Edge and other browsers of Chromium (Manifest V3).
 *
 * @param origin of the Dialplane that it calls with, and the only address it may ask
 */
export function extensionFiles(origin: string, version: string): ReadonlyMap<string, Buffer> {
  const own = `${origin}/*`
  const manifest = {
    manifest_version: 3, name: 'Dialplane', version: version.replace(/[^\d.].*$/, ''), description: `Makes numbers on web pages callable with your phone at ${new URL(origin).host}.`,
    permissions: ['storage', 'activeTab'], host_permissions: [own],
    content_scripts: [{ matches: ['http://*/*', 'https://*/*'], exclude_matches: [own], js: ['begin.js', 'dialplane.js'], run_at: 'document_idle' }],
    background: { service_worker: 'background.js' }, action: { default_popup: 'popup.html', default_title: 'Dialplane' }, icons: { 128: 'icon.png' }, minimum_chrome_version: '116',
  }
  return new Map([
    ['manifest.json', Buffer.from(JSON.stringify(manifest, null, 2))], ['dialplane.js', here('./dialplane.js')],
    ...['begin.js', 'background.js', 'popup.html', 'popup.css', 'popup.js', 'icon.png'].map((name): [string, Buffer] => [name, here(`./extension/${name}`)]),
  ])
}

/** As people download it: unpacked, its folder is chosen on the page of extensions; shops of extensions take it as it is. */
export function extensionArchive(origin: string, version: string): Buffer {
  const files = Object.fromEntries([...extensionFiles(origin, version)].map(([name, body]): [string, Uint8Array] => [`dialplane-extension/${name}`, body]))
  return Buffer.from(zipSync(files, { mtime: TIME, level: 9 }))
}
