# Mensajes que informan de algo.

notice-preview = Si fuiste tú, no tienes que hacer nada.
notice-you = ¿Fuiste tú? Entonces no tienes que hacer nada.
notice-not-you = ¿No fuiste tú? Entonces puede que otra persona tenga acceso a tu cuenta. Cambia tu contraseña ahora y ponte en contacto con nuestro equipo de soporte.
notice-not-you-address = ¿No fuiste tú? Entonces puede que otra persona tenga acceso a tu cuenta. Cambia tu contraseña ahora y escribe a { $address }.
notice-not-you-link = ¿No fuiste tú? Entonces puede que otra persona tenga acceso a tu cuenta. Protégela ahora:
notice-button = Proteger mi cuenta
notice-time = Cuándo: { $time }
notice-device = Dispositivo: { $device }
notice-place = Dónde: { $place }
notice-method = Método: { $method }
notice-address = Dirección nueva: { $address }

verifiable-address-changed-subject = Se ha cambiado una dirección de tu cuenta
verifiable-address-changed-body = Se ha cambiado una dirección de correo o un número de teléfono de tu cuenta.

authenticator-key-added-subject = Se ha añadido una llave de acceso a tu cuenta
authenticator-key-added-body = Se ha añadido a tu cuenta una nueva llave para iniciar sesión, como una llave de acceso (passkey) o una llave de seguridad. Quien la tenga puede iniciar sesión.

password-changed-subject = Se ha cambiado tu contraseña
password-changed-body = Se ha cambiado la contraseña de tu cuenta.

recovery-used-subject = Se ha recuperado el acceso a tu cuenta
recovery-used-body = Alguien ha recuperado el acceso a tu cuenta con un código o un enlace de un correo o un SMS.

new-login-subject = Nuevo inicio de sesión en tu cuenta
new-login-body = Alguien ha iniciado sesión en tu cuenta desde un dispositivo que no conocíamos.

login-method-added-subject = Se ha añadido una forma de iniciar sesión
login-method-added-body = Se ha añadido a tu cuenta una nueva forma de iniciar sesión.

login-method-removed-subject = Se ha eliminado una forma de iniciar sesión
login-method-removed-body = Se ha eliminado de tu cuenta una forma de iniciar sesión.

two-factor-enabled-subject = Verificación en dos pasos activada
two-factor-enabled-body = A partir de ahora, para iniciar sesión en tu cuenta hace falta un segundo paso. Así está mucho más segura.

two-factor-disabled-subject = Verificación en dos pasos desactivada
two-factor-disabled-body = Se ha desactivado el segundo paso para iniciar sesión en tu cuenta. A partir de ahora, basta con uno para entrar.

address-changed-subject = Se ha cambiado la dirección de tu cuenta
address-changed-body = Se ha cambiado la dirección de correo o el número de teléfono de tu cuenta.

welcome-subject = ¡Te damos la bienvenida!
welcome-subject-brand = ¡Te damos la bienvenida a { $brand }!
welcome-title = ¡Te damos la bienvenida!
welcome-preview = Tu cuenta está lista.
welcome-body = Tu cuenta está lista y ya puedes iniciar sesión. Nos alegra tenerte aquí.
welcome-not-you = ¿No te registraste? Entonces puede que alguien se equivocara al escribir su propia dirección, y puedes ignorar este mensaje.

unknown-title = No hay ninguna cuenta con esta dirección
unknown-you = ¿Fuiste tú? Quizá te registraste con otra dirección: prueba con esa.
unknown-not-you = ¿No fuiste tú? Entonces puedes ignorar este mensaje.

recovery-unknown-subject = Intento de acceso a una cuenta
recovery-unknown-preview = Alguien intentó recuperar el acceso a una cuenta con tu dirección de correo.
recovery-unknown-body = Alguien, quizá tú, pidió recuperar el acceso a una cuenta con esta dirección de correo. No hay ninguna cuenta con ella, así que no ha cambiado nada.

verification-unknown-subject = Alguien intentó confirmar esta dirección de correo
verification-unknown-preview = Alguien intentó confirmar tu dirección de correo.
verification-unknown-body = Alguien, quizá tú, pidió confirmar esta dirección de correo. No hay ninguna cuenta con ella, así que no ha cambiado nada.
