# Messaggi che informano di qualcosa.

notice-preview = Se eri tu, non devi fare nulla.
notice-you = Eri tu? Allora non devi fare nulla.
notice-not-you = Non eri tu? Allora forse qualcun altro ha accesso al tuo account. Cambia subito la password e contatta la nostra assistenza.
notice-not-you-address = Non eri tu? Allora forse qualcun altro ha accesso al tuo account. Cambia subito la password e scrivi a { $address }.
notice-not-you-link = Non eri tu? Allora forse qualcun altro ha accesso al tuo account. Mettilo subito al sicuro:
notice-button = Metti al sicuro il mio account
notice-time = Quando: { $time }
notice-device = Dispositivo: { $device }
notice-place = Dove: { $place }
notice-method = Metodo: { $method }
notice-address = Nuovo indirizzo: { $address }

verifiable-address-changed-subject = Un indirizzo del tuo account è stato modificato
verifiable-address-changed-body = Un indirizzo email o un numero di telefono del tuo account è stato modificato.

authenticator-key-added-subject = Una nuova chiave di accesso è stata aggiunta al tuo account
authenticator-key-added-body = Una nuova chiave per accedere, come una passkey o una chiave di sicurezza, è stata aggiunta al tuo account. Chi la possiede può accedere.

password-changed-subject = La tua password è stata modificata
password-changed-body = La password del tuo account è stata modificata.

recovery-used-subject = L’accesso al tuo account è stato recuperato
recovery-used-body = Qualcuno ha recuperato l’accesso al tuo account con un codice o un link ricevuto per email o SMS.

new-login-subject = Nuovo accesso al tuo account
new-login-body = Qualcuno ha effettuato l’accesso al tuo account da un dispositivo che non conoscevamo ancora.

login-method-added-subject = È stato aggiunto un nuovo modo di accedere
login-method-added-body = Al tuo account è stato aggiunto un nuovo modo di accedere.

login-method-removed-subject = È stato rimosso un modo di accedere
login-method-removed-body = Dal tuo account è stato rimosso un modo di accedere.

two-factor-enabled-subject = Accesso in due passaggi attivato
two-factor-enabled-body = D’ora in poi, per accedere al tuo account serve un secondo passaggio. Così è molto più sicuro.

two-factor-disabled-subject = Accesso in due passaggi disattivato
two-factor-disabled-body = Il secondo passaggio per accedere al tuo account è stato disattivato. D’ora in poi, per entrare ne basta uno.

address-changed-subject = L’indirizzo del tuo account è stato modificato
address-changed-body = L’indirizzo email o il numero di telefono del tuo account è stato modificato.

welcome-subject = Ti diamo il benvenuto!
welcome-subject-brand = { $brand } ti dà il benvenuto!
welcome-title = Ti diamo il benvenuto!
welcome-preview = Il tuo account è pronto.
welcome-body = Il tuo account è pronto e puoi già accedere. È bello averti con noi.
welcome-not-you = Non hai fatto tu questa registrazione? Allora forse qualcuno ha scritto male il proprio indirizzo e puoi ignorare questo messaggio.

unknown-title = Nessun account con questo indirizzo
unknown-you = Eri tu? Forse hai usato un altro indirizzo per registrarti: prova con quello.
unknown-not-you = Non eri tu? Allora puoi semplicemente ignorare questo messaggio.

recovery-unknown-subject = Tentativo di accesso a un account
recovery-unknown-preview = Qualcuno ha cercato di recuperare l’accesso a un account con il tuo indirizzo email.
recovery-unknown-body = Qualcuno, forse tu, ha chiesto di recuperare l’accesso a un account con questo indirizzo email. Non esiste alcun account con questo indirizzo, quindi non è cambiato nulla.

verification-unknown-subject = Qualcuno ha cercato di confermare questo indirizzo email
verification-unknown-preview = Qualcuno ha cercato di confermare il tuo indirizzo email.
verification-unknown-body = Qualcuno, forse tu, ha chiesto di confermare questo indirizzo email. Non esiste alcun account con questo indirizzo, quindi non è cambiato nulla.
