# SMS : le code d'abord ; uniquement des caractères de l'alphabet GSM (é è à ù, mais ni ê ni ç), 160 au plus en tout.

sms-recovery = { $code } est votre code de récupération.
sms-recovery-brand = { $code } est votre code de récupération { $brand }.
sms-verification = { $code } est votre code de confirmation.
sms-verification-brand = { $code } est votre code de confirmation { $brand }.
sms-login = { $code } est votre code de connexion.
sms-login-brand = { $code } est votre code de connexion { $brand }.
sms-registration = { $code } est votre code d'inscription.
sms-registration-brand = { $code } est votre code d'inscription { $brand }.
sms-valid = Valable { $duration }.
sms-care = Ne le communiquez à personne.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand } :{ " " }
sms-verifiable-address-changed = Une adresse de votre compte a été modifiée. Si ce n'était pas vous, contactez notre assistance.
sms-authenticator-key-added = Une nouvelle clé de connexion a été ajoutée à votre compte. Si ce n'était pas vous, contactez notre assistance.
