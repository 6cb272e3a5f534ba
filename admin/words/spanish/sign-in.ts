import type { Translations } from '../translations.ts'

export const signIn: Translations = {
  'A second factor': 'Un segundo factor',
  'Add passkey': 'Añadir clave de acceso',
  'Back to sign-in': 'Volver al inicio de sesión',
  'Back to the password': 'Volver a la contraseña',
  'Enter your e-mail address.': 'Escriba su correo electrónico.',
  'Kept by this device, your phone, your password manager or a security key.': 'Guardada en este dispositivo, en su teléfono, en su gestor de contraseñas o en una llave de seguridad.',
  'Kind of second factor': 'Tipo de segundo factor',
  'None at hand? An administrator can reset it under Users.': '¿No tiene ninguno a mano? Un administrador puede restablecerlo en Usuarios.',
  'or': 'o',
  'Passkey': 'Clave de acceso',
  'Passkeys work at {{address}}.': 'Las claves de acceso funcionan en {{address}}.',
  'Sign in': 'Iniciar sesión',
  'Sign in with a passkey': 'Iniciar sesión con una clave de acceso',
  'Sign in with {{name}}': 'Iniciar sesión con {{name}}',
  'Signing in': 'Iniciando sesión',
  'Use your passkey': 'Usar su clave de acceso',
  'Your code': 'Su código',
  'Your organisation asks for a second factor besides the password.': 'Su organización pide un segundo factor además de la contraseña.',
  'Your second factor': 'Su segundo factor',
}
