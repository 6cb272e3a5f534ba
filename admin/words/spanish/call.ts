import type { Translations } from '../translations.ts'

export const call: Translations = {
  'As it is written anywhere; spaces and signs do not matter.': 'Como esté escrito; los espacios y signos no importan.',
  'Calling {{name}}.': 'Llamando a {{name}}.',
  'Choose your own phone. It is remembered in this browser.': 'Elija su propio teléfono. Se recuerda en este navegador.',
  'Enter a number.': 'Escriba un número.',
  'From other pages and programs': 'Desde otras páginas y programas',
  'If it can: most desk phones allow this in their settings. Without this, what is set for the extension counts.': 'Si puede: la mayoría de los teléfonos de mesa lo permiten en sus ajustes. Sin esto, cuenta lo que está definido para la extensión.',
  'In a CRM or web page of your own, this line makes every number clickable. The page gets no password and no token: whoever clicks is signed in here.': 'En un CRM o en una página web propia, esta línea permite hacer clic en cada número. La página no recibe contraseña ni token: quien hace clic inicia sesión aquí.',
  'My phone': 'Mi teléfono',
  'My phone answers by itself': 'Mi teléfono contesta solo',
  'No extension is yours yet, so nothing can be called. An administrator says which it is, under Users.': 'Todavía no tiene ninguna extensión, así que no se puede llamar. Un administrador indica cuál es en Usuarios.',
  'Open tel: links here': 'Abrir aquí los enlaces tel:',
  'Talking to {{name}}.': 'Hablando con {{name}}.',
  'The browser asks once; then every phone link opens this page.': 'El navegador pregunta una vez; después, cada enlace de teléfono abre esta página.',
  'The call is over.': 'La llamada ha terminado.',
  'The call is over. <link>What became of it</link>': 'La llamada ha terminado. <link>Qué fue de ella</link>',
  'The extension whose phones ring first.': 'La extensión cuyos teléfonos suenan primero.',
  'the line': 'la línea',
  'What becomes of the call cannot be told just now.': 'Ahora mismo no se puede decir qué pasa con la llamada.',
  'Your own phone rings first. Answer it, and the number is called as if you had dialled it.': 'Primero suena su propio teléfono. Contéstelo y se llama al número como si lo hubiera marcado.',
  'Your phone rings: answer it.': 'Su teléfono suena: contéstelo.',
}
