import type { Translations } from '../translations.ts'

export const setup: Translations = {
  'Almost there': 'Ya casi está',
  'Create administrator': 'Crear administrador',
  'Create the first administrator. You can add more people later.': 'Cree el primer administrador. Después podrá añadir más personas.',
  'Dialplane runs, but has no administrator yet.': 'Dialplane funciona, pero todavía no tiene administrador.',
  'Enter your e-mail address; you sign in with it.': 'Escriba su correo electrónico; con él iniciará sesión.',
  'Enter your name.': 'Escriba su nombre.',
  'If you no longer have it, start Dialplane again: a new link is printed, and the old one stops working.': 'Si ya no lo tiene, arranque Dialplane otra vez: se muestra un enlace nuevo y el antiguo deja de funcionar.',
  'Welcome to Dialplane': 'Le damos la bienvenida a Dialplane',
  'When it started, Dialplane printed a link that ends in {{code}}. Open that link in this browser to choose your password.': 'Al arrancar, Dialplane mostró un enlace que termina en {{code}}. Abra ese enlace en este navegador para elegir su contraseña.',
  'You sign in with it. Nothing is sent to it.': 'Con él iniciará sesión. No se le envía nada.',
  'Your name': 'Su nombre',
}
