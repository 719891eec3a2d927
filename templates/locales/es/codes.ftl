# Mensajes con un código o un enlace.

recovery-title = Recupera el acceso a tu cuenta
recovery-code-subject = Tu código para recuperar el acceso a tu cuenta
recovery-code-subject-code = Usa el código { $code } para recuperar el acceso a tu cuenta
recovery-code-preview = Introdúcelo para volver a entrar en tu cuenta.
recovery-code-intro = Usa este código para volver a entrar en tu cuenta:
recovery-code-not-you = ¿No lo pediste tú? Entonces no tienes que hacer nada: sin el código no puede entrar nadie y tu cuenta sigue como está.
recovery-link-preview = Abre el enlace para volver a entrar en tu cuenta.
recovery-link-intro = Usa este enlace para volver a entrar en tu cuenta:
recovery-link-not-you = ¿No lo pediste tú? Entonces no tienes que hacer nada: sin el enlace no puede entrar nadie y tu cuenta sigue como está.
recovery-button = Recuperar el acceso

verification-title = Confirma tu dirección de correo
verification-code-subject = Tu código para confirmar tu dirección
verification-code-subject-code = Usa el código { $code } para confirmar tu dirección
verification-code-preview = Introdúcelo para confirmar tu dirección de correo.
verification-code-intro = Usa este código para confirmar que esta dirección pertenece a tu cuenta:
verification-code-page = O abre esta página, donde el código ya está puesto:
verification-link-subject = Confirma tu dirección de correo
verification-link-preview = Abre el enlace para confirmar tu dirección de correo.
verification-link-intro = Por favor, confirma que esta dirección pertenece a tu cuenta:
verification-button = Confirmar mi dirección
verification-not-you = ¿No lo pediste tú? Entonces no tienes que hacer nada: tu dirección no se confirmará.

login-code-subject = Tu código para iniciar sesión
login-code-subject-code = Usa el código { $code } para iniciar sesión
login-code-preview = Introdúcelo para iniciar sesión.
login-code-intro = Usa este código para iniciar sesión en tu cuenta:
login-code-not-you = ¿No intentabas iniciar sesión? Entonces no tienes que hacer nada: sin el código no puede entrar nadie.

registration-title = Completa tu registro
registration-code-subject = Tu código para completar el registro
registration-code-subject-code = Usa el código { $code } para completar el registro
registration-code-preview = Introdúcelo para completar tu registro.
registration-code-intro = ¡Te damos la bienvenida! Solo queda un paso: introduce este código para completar tu registro.
registration-code-not-you = ¿No querías registrarte? Entonces no tienes que hacer nada: sin el código no se creará ninguna cuenta con tu dirección.

admin-recovery-intro = Nos han pedido que te ayudemos a volver a entrar en tu cuenta. Usa este código para entrar y elegir una contraseña nueva:
admin-recovery-not-you = ¿No lo esperabas? Entonces no uses el código y avisa a quien administra tu cuenta.
admin-recovery-not-you-address = ¿No lo esperabas? Entonces no uses el código y avísanos: { $address }

invite-title = Configura tu cuenta
invite-subject = Tu código para configurar tu cuenta
invite-subject-code = Usa el código { $code } para configurar tu cuenta
invite-preview = Introdúcelo para elegir tu contraseña.
invite-intro = Hay una cuenta lista para ti. Usa este código para elegir tu contraseña:
invite-intro-brand = Tu cuenta de { $brand } está lista. Usa este código para elegir tu contraseña:
invite-button = Configurar mi cuenta
invite-not-you = ¿No sabes de qué se trata? Entonces no tienes que hacer nada; quien te invitó puede explicártelo.
invite-not-you-address = ¿No sabes de qué se trata? Entonces no tienes que hacer nada; te lo explicamos con gusto: { $address }
