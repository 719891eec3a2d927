# Mails mit einem Code oder Link.

recovery-title = Zugang zu Ihrem Konto wiederherstellen
recovery-code-subject = Ihr Code zum Wiederherstellen Ihres Kontos
recovery-code-subject-code = Code { $code } zum Wiederherstellen Ihres Kontos
recovery-code-preview = Geben Sie ihn ein, und Sie kommen wieder in Ihr Konto.
recovery-code-intro = Mit diesem Code kommen Sie wieder in Ihr Konto:
recovery-code-not-you = Sie haben das nicht angefordert? Dann müssen Sie nichts tun: Ohne den Code kommt niemand hinein, und Ihr Konto bleibt, wie es ist.
recovery-link-preview = Öffnen Sie den Link, und Sie kommen wieder in Ihr Konto.
recovery-link-intro = Mit diesem Link kommen Sie wieder in Ihr Konto:
recovery-link-not-you = Sie haben das nicht angefordert? Dann müssen Sie nichts tun: Ohne den Link kommt niemand hinein, und Ihr Konto bleibt, wie es ist.
recovery-button = Zugang wiederherstellen

verification-title = Ihre E-Mail-Adresse bestätigen
verification-code-subject = Ihr Code zum Bestätigen Ihrer Adresse
verification-code-subject-code = Code { $code } zum Bestätigen Ihrer Adresse
verification-code-preview = Geben Sie ihn ein, um Ihre E-Mail-Adresse zu bestätigen.
verification-code-intro = Mit diesem Code bestätigen Sie, dass diese Adresse zu Ihrem Konto gehört:
verification-code-page = Oder öffnen Sie diese Seite; dort ist der Code schon eingetragen:
verification-link-subject = Bitte bestätigen Sie Ihre E-Mail-Adresse
verification-link-preview = Öffnen Sie den Link, um Ihre E-Mail-Adresse zu bestätigen.
verification-link-intro = Bitte bestätigen Sie, dass diese Adresse zu Ihrem Konto gehört:
verification-button = Adresse bestätigen
verification-not-you = Sie haben das nicht angefordert? Dann müssen Sie nichts tun: Ihre Adresse wird nicht bestätigt.

login-code-subject = Ihr Code zum Anmelden
login-code-subject-code = Code { $code } zum Anmelden
login-code-preview = Geben Sie ihn ein, um sich anzumelden.
login-code-intro = Mit diesem Code melden Sie sich bei Ihrem Konto an:
login-code-not-you = Sie wollten sich gerade gar nicht anmelden? Dann müssen Sie nichts tun: Ohne den Code kommt niemand hinein.

registration-title = Ihre Registrierung abschließen
registration-code-subject = Ihr Code zum Abschließen Ihrer Registrierung
registration-code-subject-code = Code { $code } zum Abschließen Ihrer Registrierung
registration-code-preview = Geben Sie ihn ein, um Ihre Registrierung abzuschließen.
registration-code-intro = Willkommen! Nur noch ein Schritt: Mit diesem Code schließen Sie Ihre Registrierung ab.
registration-code-not-you = Sie wollten sich nicht registrieren? Dann müssen Sie nichts tun: Ohne den Code wird mit Ihrer Adresse kein Konto angelegt.

admin-recovery-intro = Wir wurden gebeten, Ihnen wieder in Ihr Konto zu helfen. Mit diesem Code kommen Sie hinein und wählen ein neues Passwort:
admin-recovery-not-you = Sie haben das nicht erwartet? Dann verwenden Sie den Code nicht, und melden Sie sich bei Ihrem Administrator oder Ihrer Administratorin.
admin-recovery-not-you-address = Sie haben das nicht erwartet? Dann verwenden Sie den Code nicht, und sagen Sie uns Bescheid: { $address }

invite-title = Ihr Konto einrichten
invite-subject = Ihr Code zum Einrichten Ihres Kontos
invite-subject-code = Code { $code } zum Einrichten Ihres Kontos
invite-preview = Geben Sie ihn ein, um Ihr Passwort zu wählen.
invite-intro = Ein Konto steht für Sie bereit. Mit diesem Code wählen Sie Ihr Passwort:
invite-intro-brand = Ihr Konto bei { $brand } steht bereit. Mit diesem Code wählen Sie Ihr Passwort:
invite-button = Konto einrichten
invite-not-you = Sie wissen nicht, worum es geht? Dann müssen Sie nichts tun; wer Sie eingeladen hat, kann es erklären.
invite-not-you-address = Sie wissen nicht, worum es geht? Dann müssen Sie nichts tun; wir erklären es Ihnen gern: { $address }
