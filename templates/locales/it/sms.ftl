# SMS: prima il codice; solo caratteri dell'alfabeto GSM, al massimo 160 in tutto.

sms-recovery = { $code } è il tuo codice per recuperare l'account.
sms-recovery-brand = { $code } è il tuo codice per recuperare l'account { $brand }.
sms-verification = { $code } è il tuo codice di conferma.
sms-verification-brand = { $code } è il tuo codice di conferma { $brand }.
sms-login = { $code } è il tuo codice di accesso.
sms-login-brand = { $code } è il tuo codice di accesso { $brand }.
sms-registration = { $code } è il tuo codice di registrazione.
sms-registration-brand = { $code } è il tuo codice di registrazione { $brand }.
sms-valid = Valido per { $duration }.
sms-care = Non condividerlo con nessuno.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Un indirizzo del tuo account è stato modificato. Se non eri tu, contatta la nostra assistenza.
sms-authenticator-key-added = Il tuo account ha una nuova chiave di accesso. Se non è tua, contatta la nostra assistenza.
