# SMS: najpierw kod; w miarę możności tylko znaki alfabetu GSM (bez ą, ę, ł…), razem najwyżej 160.

sms-recovery = { $code } to kod do odzyskania konta.
sms-recovery-brand = { $code } to kod do odzyskania konta { $brand }.
sms-verification = { $code } to kod do potwierdzenia konta.
sms-verification-brand = { $code } to kod do potwierdzenia konta { $brand }.
sms-login = { $code } to kod do logowania.
sms-login-brand = { $code } to kod do logowania w { $brand }.
sms-registration = { $code } to kod do rejestracji.
sms-registration-brand = { $code } to kod do rejestracji w { $brand }.
sms-valid = Wygasa za { $duration }.
sms-care = Nie podawaj go nikomu.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Zmieniono adres Twojego konta. To nie Ty? Skontaktuj się z pomocą techniczną.
sms-authenticator-key-added = Twoje konto ma nowy klucz logowania. To nie Ty? Skontaktuj się z pomocą techniczną.
