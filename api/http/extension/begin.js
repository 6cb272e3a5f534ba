/**
 * Comes before dialplane.js on each page: the script asks the background of the extension, which alone holds the token. Pages see none
 * of this, for scripts of extensions have a world of their own.
 */
const tell = (message) => chrome.runtime.sendMessage(message).catch(() => ({ error: 'The extension of Dialplane was renewed. Load this page anew.', passing: false }))

globalThis.dialplaneExtension = {
  /** @returns {Promise<{ data?: unknown, error?: string, passing?: boolean }>} */
  ask: (path, body) => tell({ ask: path, body }),
  /** Whether numbers of this page are made callable. */
  wanted: async () => (await tell({ wanted: location.hostname })).wanted === true,
}
