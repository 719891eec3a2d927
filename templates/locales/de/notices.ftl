# Mails, die etwas mitteilen.

notice-preview = Wenn Sie das waren, müssen Sie nichts tun.
notice-you = Waren Sie das? Dann müssen Sie nichts tun.
notice-not-you = Waren Sie das nicht? Dann hat vielleicht jemand anderes Zugang zu Ihrem Konto. Bitte ändern Sie jetzt Ihr Passwort und melden Sie sich bei unserem Support.
notice-not-you-address = Waren Sie das nicht? Dann hat vielleicht jemand anderes Zugang zu Ihrem Konto. Bitte ändern Sie jetzt Ihr Passwort und schreiben Sie an { $address }.
notice-not-you-link = Waren Sie das nicht? Dann hat vielleicht jemand anderes Zugang zu Ihrem Konto. Bitte sichern Sie es jetzt:
notice-button = Mein Konto sichern
notice-time = Wann: { $time }
notice-device = Gerät: { $device }
notice-place = Wo: { $place }
notice-method = Methode: { $method }
notice-address = Neue Adresse: { $address }

verifiable-address-changed-subject = Eine Adresse Ihres Kontos wurde geändert
verifiable-address-changed-body = Eine E-Mail-Adresse oder Telefonnummer Ihres Kontos wurde geändert.

authenticator-key-added-subject = Neuer Anmeldeschlüssel für Ihr Konto
authenticator-key-added-body = Zu Ihrem Konto wurde ein neuer Schlüssel zum Anmelden hinzugefügt, etwa ein Passkey oder ein Sicherheitsschlüssel. Wer ihn hat, kann sich anmelden.

password-changed-subject = Ihr Passwort wurde geändert
password-changed-body = Das Passwort Ihres Kontos wurde geändert.

recovery-used-subject = Ihr Konto wurde wiederhergestellt
recovery-used-body = Jemand hat mit einem Code oder Link aus einer Mail oder SMS wieder Zugang zu Ihrem Konto bekommen.

new-login-subject = Neue Anmeldung bei Ihrem Konto
new-login-body = Jemand hat sich von einem Gerät, das wir noch nicht kennen, bei Ihrem Konto angemeldet.

login-method-added-subject = Neue Anmeldemethode hinzugefügt
login-method-added-body = Zu Ihrem Konto wurde eine neue Anmeldemethode hinzugefügt.

login-method-removed-subject = Anmeldemethode entfernt
login-method-removed-body = Von Ihrem Konto wurde eine Anmeldemethode entfernt.

two-factor-enabled-subject = Zwei-Faktor-Authentifizierung eingeschaltet
two-factor-enabled-body = Ab jetzt braucht die Anmeldung bei Ihrem Konto einen zweiten Schritt. Damit ist Ihr Konto viel besser geschützt.

two-factor-disabled-subject = Zwei-Faktor-Authentifizierung ausgeschaltet
two-factor-disabled-body = Der zweite Schritt bei der Anmeldung wurde für Ihr Konto ausgeschaltet. Ab jetzt genügt ein Schritt, um hineinzukommen.

address-changed-subject = Die Adresse Ihres Kontos wurde geändert
address-changed-body = Die E-Mail-Adresse oder Telefonnummer Ihres Kontos wurde geändert.

welcome-subject = Willkommen!
welcome-subject-brand = Willkommen bei { $brand }!
welcome-title = Willkommen!
welcome-preview = Ihr Konto ist fertig eingerichtet.
welcome-body = Ihr Konto ist fertig eingerichtet, Sie können sich ab sofort anmelden. Schön, dass Sie dabei sind!
welcome-not-you = Sie haben sich nicht registriert? Dann hat sich vielleicht jemand bei der eigenen Adresse vertippt, und Sie können diese Nachricht ignorieren.

unknown-title = Zu dieser Adresse gibt es kein Konto
unknown-you = Waren Sie das? Vielleicht haben Sie sich mit einer anderen Adresse registriert: Bitte versuchen Sie es mit dieser.
unknown-not-you = Waren Sie das nicht? Dann können Sie diese Nachricht einfach ignorieren.

recovery-unknown-subject = Jemand wollte Zugang zu einem Konto
recovery-unknown-preview = Jemand wollte mit Ihrer E-Mail-Adresse ein Konto wiederherstellen.
recovery-unknown-body = Sie oder jemand anderes wollte mit dieser E-Mail-Adresse ein Konto wiederherstellen. Zu dieser Adresse gibt es kein Konto; es hat sich also nichts geändert.

verification-unknown-subject = Jemand wollte diese E-Mail-Adresse bestätigen
verification-unknown-preview = Jemand wollte Ihre E-Mail-Adresse bestätigen.
verification-unknown-body = Sie oder jemand anderes wollte diese E-Mail-Adresse bestätigen. Zu dieser Adresse gibt es kein Konto; es hat sich also nichts geändert.
