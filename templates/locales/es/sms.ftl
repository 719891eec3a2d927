# SMS: primero el código; «clave» y no «código», pues la ó no está en el alfabeto GSM; 160 caracteres en total como mucho.

sms-recovery = { $code } es tu clave para recuperar tu cuenta.
sms-recovery-brand = { $code } es tu clave para recuperar tu cuenta de { $brand }.
sms-verification = { $code } es tu clave para confirmar tu cuenta.
sms-verification-brand = { $code } es tu clave para confirmar tu cuenta de { $brand }.
sms-login = { $code } es tu clave para entrar en tu cuenta.
sms-login-brand = { $code } es tu clave para entrar en tu cuenta de { $brand }.
sms-registration = { $code } es tu clave para registrarte.
sms-registration-brand = { $code } es tu clave para registrarte en { $brand }.
sms-valid = Caduca en { $duration }.
sms-care = No la compartas con nadie.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Alguien ha cambiado un dato de contacto de tu cuenta. Si el cambio no es tuyo, contacta con nuestro equipo de soporte.
sms-authenticator-key-added = Tu cuenta tiene una nueva llave de acceso. Si no es tuya, contacta con nuestro equipo de soporte.
