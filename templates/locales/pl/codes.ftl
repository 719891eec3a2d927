# Wiadomości z kodem lub linkiem.

recovery-title = Odzyskaj dostęp do konta
recovery-code-subject = Twój kod do odzyskania dostępu do konta
recovery-code-subject-code = Kod { $code } do odzyskania dostępu do konta
recovery-code-preview = Wpisz go, aby odzyskać dostęp do konta.
recovery-code-intro = Użyj tego kodu, aby odzyskać dostęp do swojego konta:
recovery-code-not-you = To nie Twoja prośba? Nie musisz nic robić: bez kodu nikt się nie zaloguje, a na Twoim koncie nic się nie zmieni.
recovery-link-preview = Otwórz link, aby odzyskać dostęp do konta.
recovery-link-intro = Użyj tego linku, aby odzyskać dostęp do swojego konta:
recovery-link-not-you = To nie Twoja prośba? Nie musisz nic robić: bez linku nikt się nie zaloguje, a na Twoim koncie nic się nie zmieni.
recovery-button = Odzyskaj dostęp

verification-title = Potwierdź swój adres e-mail
verification-code-subject = Twój kod do potwierdzenia adresu
verification-code-subject-code = Kod { $code } do potwierdzenia adresu
verification-code-preview = Wpisz go, aby potwierdzić swój adres e-mail.
verification-code-intro = Użyj tego kodu, aby potwierdzić, że ten adres należy do Twojego konta:
verification-code-page = Możesz też otworzyć tę stronę – kod jest już na niej wpisany:
verification-link-subject = Potwierdź swój adres e-mail
verification-link-preview = Otwórz link, aby potwierdzić swój adres e-mail.
verification-link-intro = Prosimy o potwierdzenie, że ten adres należy do Twojego konta:
verification-button = Potwierdź mój adres
verification-not-you = To nie Twoja prośba? Nie musisz nic robić: Twój adres nie zostanie potwierdzony.

login-code-subject = Twój kod do logowania
login-code-subject-code = Kod { $code } do logowania
login-code-preview = Wpisz go, aby się zalogować.
login-code-intro = Użyj tego kodu, aby zalogować się na swoje konto:
login-code-not-you = To nie Ty próbujesz się zalogować? Nie musisz nic robić: bez kodu nikt się nie zaloguje.

registration-title = Dokończ rejestrację
registration-code-subject = Twój kod do dokończenia rejestracji
registration-code-subject-code = Kod { $code } do dokończenia rejestracji
registration-code-preview = Wpisz go, aby dokończyć rejestrację.
registration-code-intro = Witamy! Został jeszcze jeden krok: wpisz ten kod, aby dokończyć rejestrację.
registration-code-not-you = To nie Twoja rejestracja? Nie musisz nic robić: bez kodu nie powstanie żadne konto z Twoim adresem.

admin-recovery-intro = Poproszono nas, abyśmy pomogli Ci wrócić na Twoje konto. Użyj tego kodu, aby się zalogować i ustawić nowe hasło:
admin-recovery-not-you = Nie spodziewasz się tej wiadomości? Nie używaj kodu i powiadom swojego administratora.
admin-recovery-not-you-address = Nie spodziewasz się tej wiadomości? Nie używaj kodu i daj nam znać: { $address }

invite-title = Skonfiguruj swoje konto
invite-subject = Twój kod do skonfigurowania konta
invite-subject-code = Kod { $code } do skonfigurowania konta
invite-preview = Wpisz go, aby ustawić hasło.
invite-intro = Czeka na Ciebie gotowe konto. Użyj tego kodu, aby ustawić hasło:
invite-intro-brand = Twoje konto { $brand } jest gotowe. Użyj tego kodu, aby ustawić hasło:
invite-button = Skonfiguruj moje konto
invite-not-you = Nie wiesz, o co chodzi? Nie musisz nic robić; osoba, która Cię zaprosiła, może to wyjaśnić.
invite-not-you-address = Nie wiesz, o co chodzi? Nie musisz nic robić; chętnie to wyjaśnimy: { $address }
