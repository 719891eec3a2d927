# SMS: der Code zuerst; nur Zeichen des GSM-Alphabets, zusammen höchstens 160.

sms-recovery = { $code } ist Ihr Code zum Wiederherstellen Ihres Kontos.
sms-recovery-brand = { $code } ist Ihr Code zum Wiederherstellen Ihres Kontos bei { $brand }.
sms-verification = { $code } ist Ihr Bestätigungscode.
sms-verification-brand = { $code } ist Ihr Bestätigungscode von { $brand }.
sms-login = { $code } ist Ihr Anmeldecode.
sms-login-brand = { $code } ist Ihr Anmeldecode von { $brand }.
sms-registration = { $code } ist Ihr Registrierungscode.
sms-registration-brand = { $code } ist Ihr Registrierungscode von { $brand }.
sms-valid = { $duration } gültig.
sms-care = Bitte niemandem verraten.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Eine Adresse Ihres Kontos wurde geändert. Waren Sie das nicht? Dann melden Sie sich bitte beim Support.
sms-authenticator-key-added = Ihr Konto hat einen neuen Anmeldeschlüssel. Waren Sie das nicht? Dann melden Sie sich bitte beim Support.
