# Berichten die iets laten weten.

notice-preview = Was jij dit, dan hoef je niets te doen.
notice-you = Was jij dit? Dan hoef je niets te doen.
notice-not-you = Was jij dit niet? Dan heeft misschien iemand anders toegang tot je account. Wijzig nu je wachtwoord en neem contact op met onze klantenservice.
notice-not-you-address = Was jij dit niet? Dan heeft misschien iemand anders toegang tot je account. Wijzig nu je wachtwoord en schrijf naar { $address }.
notice-not-you-link = Was jij dit niet? Dan heeft misschien iemand anders toegang tot je account. Beveilig het nu:
notice-button = Mijn account beveiligen
notice-time = Wanneer: { $time }
notice-device = Apparaat: { $device }
notice-place = Waar: { $place }
notice-method = Methode: { $method }
notice-address = Nieuw adres: { $address }

verifiable-address-changed-subject = Een adres van je account is gewijzigd
verifiable-address-changed-body = Een e-mailadres of telefoonnummer van je account is gewijzigd.

authenticator-key-added-subject = Er is een nieuwe inlogsleutel aan je account toegevoegd
authenticator-key-added-body = Er is een nieuwe sleutel om in te loggen aan je account toegevoegd, zoals een passkey of een beveiligingssleutel. Wie hem heeft, kan inloggen.

password-changed-subject = Je wachtwoord is gewijzigd
password-changed-body = Het wachtwoord van je account is gewijzigd.

recovery-used-subject = De toegang tot je account is hersteld
recovery-used-body = Iemand heeft met een code of link uit een mail of sms weer toegang tot je account gekregen.

new-login-subject = Er is op je account ingelogd
new-login-body = Iemand heeft op je account ingelogd met een apparaat dat we nog niet kenden.

login-method-added-subject = Nieuwe inlogmethode toegevoegd
login-method-added-body = Er is een nieuwe inlogmethode aan je account toegevoegd.

login-method-removed-subject = Inlogmethode verwijderd
login-method-removed-body = Er is een inlogmethode van je account verwijderd.

two-factor-enabled-subject = Tweestapsverificatie staat aan
two-factor-enabled-body = Vanaf nu is er een tweede stap nodig om in te loggen op je account. Dat maakt het veel veiliger.

two-factor-disabled-subject = Tweestapsverificatie staat uit
two-factor-disabled-body = De tweede stap bij het inloggen is uitgezet voor je account. Vanaf nu is één stap genoeg om binnen te komen.

address-changed-subject = Het adres van je account is gewijzigd
address-changed-body = Het e-mailadres of telefoonnummer van je account is gewijzigd.

welcome-subject = Welkom!
welcome-subject-brand = Welkom bij { $brand }!
welcome-title = Welkom!
welcome-preview = Je account is klaar.
welcome-body = Je account is klaar en je kunt vanaf nu inloggen. Fijn dat je er bent!
welcome-not-you = Heb je je niet geregistreerd? Dan heeft iemand misschien een typefout in het eigen adres gemaakt, en kun je dit bericht negeren.

unknown-title = Er is geen account met dit adres
unknown-you = Was jij dit? Misschien heb je je met een ander adres geregistreerd: probeer dat adres.
unknown-not-you = Was jij dit niet? Dan kun je dit bericht gewoon negeren.

recovery-unknown-subject = Iemand wilde toegang tot een account
recovery-unknown-preview = Iemand wilde met jouw e-mailadres weer toegang tot een account krijgen.
recovery-unknown-body = Jij of iemand anders wilde met dit e-mailadres weer toegang tot een account krijgen. Er is geen account met dit adres, dus er is niets veranderd.

verification-unknown-subject = Iemand wilde dit e-mailadres bevestigen
verification-unknown-preview = Iemand wilde jouw e-mailadres bevestigen.
verification-unknown-body = Jij of iemand anders wilde dit e-mailadres bevestigen. Er is geen account met dit adres, dus er is niets veranderd.
