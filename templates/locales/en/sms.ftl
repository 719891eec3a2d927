# Text messages: the code comes first, and with a short brand all of it fits into 160 characters.

sms-recovery = { $code } is your recovery code.
sms-recovery-brand = { $code } is your { $brand } recovery code.
sms-verification = { $code } is your verification code.
sms-verification-brand = { $code } is your { $brand } verification code.
sms-login = { $code } is your login code.
sms-login-brand = { $code } is your { $brand } login code.
sms-registration = { $code } is your registration code.
sms-registration-brand = { $code } is your { $brand } registration code.
sms-valid = Valid for { $duration }.
sms-care = Never share it.
sms-note = { sms-valid } { sms-care }

# Stands before the sentences below; { " " } is a space at the end.
sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = An address on your account was changed. Not you? Please contact our support.
sms-authenticator-key-added = A new login key was added to your account. Not you? Please contact our support.
