# Berichten met een code of een link.

recovery-title = Weer toegang tot je account
recovery-code-subject = Je code om weer toegang tot je account te krijgen
recovery-code-subject-code = Gebruik code { $code } om weer toegang tot je account te krijgen
recovery-code-preview = Vul hem in om weer in je account te komen.
recovery-code-intro = Met deze code kom je weer in je account:
recovery-code-not-you = Heb je dit niet aangevraagd? Dan hoef je niets te doen: zonder de code komt niemand binnen, en je account blijft zoals het is.
recovery-link-preview = Open de link om weer in je account te komen.
recovery-link-intro = Met deze link kom je weer in je account:
recovery-link-not-you = Heb je dit niet aangevraagd? Dan hoef je niets te doen: zonder de link komt niemand binnen, en je account blijft zoals het is.
recovery-button = Toegang herstellen

verification-title = Bevestig je e-mailadres
verification-code-subject = Je code om je adres te bevestigen
verification-code-subject-code = Gebruik code { $code } om je adres te bevestigen
verification-code-preview = Vul hem in om je e-mailadres te bevestigen.
verification-code-intro = Met deze code bevestig je dat dit adres bij je account hoort:
verification-code-page = Of open deze pagina, waar de code al is ingevuld:
verification-link-subject = Bevestig je e-mailadres
verification-link-preview = Open de link om je e-mailadres te bevestigen.
verification-link-intro = Bevestig alsjeblieft dat dit adres bij je account hoort:
verification-button = Mijn adres bevestigen
verification-not-you = Heb je dit niet aangevraagd? Dan hoef je niets te doen: je adres wordt niet bevestigd.

login-code-subject = Je code om in te loggen
login-code-subject-code = Gebruik code { $code } om in te loggen
login-code-preview = Vul hem in om in te loggen.
login-code-intro = Met deze code log je in op je account:
login-code-not-you = Was je helemaal niet aan het inloggen? Dan hoef je niets te doen: zonder de code komt niemand binnen.

registration-title = Rond je registratie af
registration-code-subject = Je code om je registratie af te ronden
registration-code-subject-code = Gebruik code { $code } om je registratie af te ronden
registration-code-preview = Vul hem in om je registratie af te ronden.
registration-code-intro = Welkom! Nog één stap: vul deze code in om je registratie af te ronden.
registration-code-not-you = Wilde je je niet registreren? Dan hoef je niets te doen: zonder de code wordt er geen account met jouw adres aangemaakt.

admin-recovery-intro = Ons is gevraagd je weer toegang tot je account te geven. Met deze code kom je binnen en kies je een nieuw wachtwoord:
admin-recovery-not-you = Had je dit niet verwacht? Gebruik de code dan niet en laat het je beheerder weten.
admin-recovery-not-you-address = Had je dit niet verwacht? Gebruik de code dan niet en laat het ons weten: { $address }

invite-title = Stel je account in
invite-subject = Je code om je account in te stellen
invite-subject-code = Gebruik code { $code } om je account in te stellen
invite-preview = Vul hem in om je wachtwoord te kiezen.
invite-intro = Er staat een account voor je klaar. Met deze code kies je je wachtwoord:
invite-intro-brand = Je account bij { $brand } staat klaar. Met deze code kies je je wachtwoord:
invite-button = Mijn account instellen
invite-not-you = Weet je niet waar dit over gaat? Dan hoef je niets te doen; wie je heeft uitgenodigd, kan het uitleggen.
invite-not-you-address = Weet je niet waar dit over gaat? Dan hoef je niets te doen; we leggen het je graag uit: { $address }
