# Messaggi con un codice o un link.

recovery-title = Recupera l’accesso al tuo account
recovery-code-subject = Il tuo codice per recuperare l’accesso all’account
recovery-code-subject-code = Usa il codice { $code } per recuperare l’accesso al tuo account
recovery-code-preview = Inseriscilo per rientrare nel tuo account.
recovery-code-intro = Usa questo codice per rientrare nel tuo account:
recovery-code-not-you = Non l’hai richiesto tu? Allora non devi fare nulla: senza il codice nessuno può entrare e il tuo account resta com’è.
recovery-link-preview = Apri il link per rientrare nel tuo account.
recovery-link-intro = Usa questo link per rientrare nel tuo account:
recovery-link-not-you = Non l’hai richiesto tu? Allora non devi fare nulla: senza il link nessuno può entrare e il tuo account resta com’è.
recovery-button = Recupera l’accesso

verification-title = Conferma il tuo indirizzo email
verification-code-subject = Il tuo codice per confermare l’indirizzo
verification-code-subject-code = Usa il codice { $code } per confermare il tuo indirizzo
verification-code-preview = Inseriscilo per confermare il tuo indirizzo email.
verification-code-intro = Usa questo codice per confermare che questo indirizzo appartiene al tuo account:
verification-code-page = Oppure apri questa pagina, dove il codice è già inserito:
verification-link-subject = Conferma il tuo indirizzo email
verification-link-preview = Apri il link per confermare il tuo indirizzo email.
verification-link-intro = Conferma che questo indirizzo appartiene al tuo account:
verification-button = Conferma il mio indirizzo
verification-not-you = Non l’hai richiesto tu? Allora non devi fare nulla: il tuo indirizzo non verrà confermato.

login-code-subject = Il tuo codice per accedere
login-code-subject-code = Usa il codice { $code } per accedere
login-code-preview = Inseriscilo per accedere.
login-code-intro = Usa questo codice per accedere al tuo account:
login-code-not-you = Non stavi cercando di accedere? Allora non devi fare nulla: senza il codice nessuno può entrare.

registration-title = Completa la registrazione
registration-code-subject = Il tuo codice per completare la registrazione
registration-code-subject-code = Usa il codice { $code } per completare la registrazione
registration-code-preview = Inseriscilo per completare la registrazione.
registration-code-intro = Ti diamo il benvenuto! Manca solo un passaggio: inserisci questo codice per completare la registrazione.
registration-code-not-you = Non volevi registrarti? Allora non devi fare nulla: senza il codice non verrà creato alcun account con il tuo indirizzo.

admin-recovery-intro = Ci è stato chiesto di aiutarti a rientrare nel tuo account. Usa questo codice per entrare e scegliere una nuova password:
admin-recovery-not-you = Non te lo aspettavi? Allora non usare il codice e avvisa chi amministra il tuo account.
admin-recovery-not-you-address = Non te lo aspettavi? Allora non usare il codice e avvisaci: { $address }

invite-title = Configura il tuo account
invite-subject = Il tuo codice per configurare l’account
invite-subject-code = Usa il codice { $code } per configurare il tuo account
invite-preview = Inseriscilo per scegliere la password.
invite-intro = C’è un account pronto per te. Usa questo codice per scegliere la password:
invite-intro-brand = Il tuo account { $brand } è pronto. Usa questo codice per scegliere la password:
invite-button = Configura il mio account
invite-not-you = Non sai di che cosa si tratta? Allora non devi fare nulla; chi ti ha invitato può spiegartelo.
invite-not-you-address = Non sai di che cosa si tratta? Allora non devi fare nulla; te lo spieghiamo volentieri: { $address }
