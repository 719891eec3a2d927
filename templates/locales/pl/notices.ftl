# Wiadomości, które o czymś informują.

notice-preview = Jeśli to Ty, nie musisz nic robić.
notice-you = To Ty? Nie musisz nic robić.
notice-not-you = To nie Ty? Ktoś inny może mieć dostęp do Twojego konta. Zmień teraz hasło i skontaktuj się z naszą pomocą techniczną.
notice-not-you-address = To nie Ty? Ktoś inny może mieć dostęp do Twojego konta. Zmień teraz hasło i napisz na adres { $address }.
notice-not-you-link = To nie Ty? Ktoś inny może mieć dostęp do Twojego konta. Zabezpiecz je teraz:
notice-button = Zabezpiecz moje konto
notice-time = Kiedy: { $time }
notice-device = Urządzenie: { $device }
notice-place = Gdzie: { $place }
notice-method = Metoda: { $method }
notice-address = Nowy adres: { $address }

verifiable-address-changed-subject = Zmieniono adres powiązany z Twoim kontem
verifiable-address-changed-body = Zmieniono adres e-mail lub numer telefonu powiązany z Twoim kontem.

authenticator-key-added-subject = Do Twojego konta dodano nowy klucz logowania
authenticator-key-added-body = Do Twojego konta dodano nowy klucz do logowania, na przykład klucz dostępu (passkey) lub klucz bezpieczeństwa. Kto go ma, może się zalogować.

password-changed-subject = Twoje hasło zostało zmienione
password-changed-body = Hasło do Twojego konta zostało zmienione.

recovery-used-subject = Odzyskano dostęp do Twojego konta
recovery-used-body = Ktoś odzyskał dostęp do Twojego konta za pomocą kodu lub linku z wiadomości e-mail albo SMS.

new-login-subject = Nowe logowanie na Twoje konto
new-login-body = Ktoś zalogował się na Twoje konto z urządzenia, którego jeszcze nie znamy.

login-method-added-subject = Dodano nowy sposób logowania
login-method-added-body = Do Twojego konta dodano nowy sposób logowania.

login-method-removed-subject = Usunięto sposób logowania
login-method-removed-body = Z Twojego konta usunięto jeden ze sposobów logowania.

two-factor-enabled-subject = Włączono weryfikację dwuetapową
two-factor-enabled-body = Od teraz logowanie na Twoje konto wymaga drugiego etapu. Dzięki temu jest znacznie bezpieczniejsze.

two-factor-disabled-subject = Wyłączono weryfikację dwuetapową
two-factor-disabled-body = Drugi etap logowania na Twoje konto został wyłączony. Od teraz do zalogowania wystarczy jeden etap.

address-changed-subject = Zmieniono adres Twojego konta
address-changed-body = Zmieniono adres e-mail lub numer telefonu Twojego konta.

welcome-subject = Witamy!
welcome-subject-brand = Witamy w { $brand }!
welcome-title = Witamy!
welcome-preview = Twoje konto jest gotowe.
welcome-body = Twoje konto jest gotowe i możesz się już logować. Cieszymy się, że jesteś z nami.
welcome-not-you = To nie Twoja rejestracja? Być może ktoś pomylił się, wpisując swój adres – wtedy możesz zignorować tę wiadomość.

unknown-title = Nie ma konta z tym adresem
unknown-you = To Ty? Być może Twoje konto ma inny adres: spróbuj z nim.
unknown-not-you = To nie Ty? Możesz po prostu zignorować tę wiadomość.

recovery-unknown-subject = Próba uzyskania dostępu do konta
recovery-unknown-preview = Ktoś próbował odzyskać dostęp do konta, podając Twój adres e-mail.
recovery-unknown-body = Ty lub ktoś inny próbował odzyskać dostęp do konta, podając ten adres e-mail. Nie ma konta z tym adresem, więc nic się nie zmieniło.

verification-unknown-subject = Ktoś próbował potwierdzić ten adres e-mail
verification-unknown-preview = Ktoś próbował potwierdzić Twój adres e-mail.
verification-unknown-body = Ty lub ktoś inny próbował potwierdzić ten adres e-mail. Nie ma konta z tym adresem, więc nic się nie zmieniło.
