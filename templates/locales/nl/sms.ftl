# Sms: eerst de code; alleen tekens van het GSM-alfabet, samen hoogstens 160.

sms-recovery = { $code } is je herstelcode.
sms-recovery-brand = { $code } is je herstelcode van { $brand }.
sms-verification = { $code } is je bevestigingscode.
sms-verification-brand = { $code } is je bevestigingscode van { $brand }.
sms-login = { $code } is je inlogcode.
sms-login-brand = { $code } is je inlogcode van { $brand }.
sms-registration = { $code } is je registratiecode.
sms-registration-brand = { $code } is je registratiecode van { $brand }.
sms-valid = { $duration } geldig.
sms-care = Deel hem met niemand.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Een adres van je account is gewijzigd. Was jij dit niet? Neem dan contact op met onze klantenservice.
sms-authenticator-key-added = Je account heeft een nieuwe inlogsleutel. Was jij dit niet? Neem dan contact op met onze klantenservice.
