# Messages avec un code ou un lien.

recovery-title = Retrouver l’accès à votre compte
recovery-code-subject = Votre code pour retrouver l’accès à votre compte
recovery-code-subject-code = Code { $code } pour retrouver l’accès à votre compte
recovery-code-preview = Saisissez-le pour retrouver l’accès à votre compte.
recovery-code-intro = Utilisez ce code pour retrouver l’accès à votre compte :
recovery-code-not-you = Vous n’avez rien demandé ? Dans ce cas, vous n’avez rien à faire : sans ce code, personne ne peut accéder à votre compte, et rien n’y change.
recovery-link-preview = Ouvrez le lien pour retrouver l’accès à votre compte.
recovery-link-intro = Utilisez ce lien pour retrouver l’accès à votre compte :
recovery-link-not-you = Vous n’avez rien demandé ? Dans ce cas, vous n’avez rien à faire : sans ce lien, personne ne peut accéder à votre compte, et rien n’y change.
recovery-button = Retrouver l’accès

verification-title = Confirmer votre adresse e-mail
verification-code-subject = Votre code pour confirmer votre adresse
verification-code-subject-code = Code { $code } pour confirmer votre adresse
verification-code-preview = Saisissez-le pour confirmer votre adresse e-mail.
verification-code-intro = Utilisez ce code pour confirmer que cette adresse est bien associée à votre compte :
verification-code-page = Ou ouvrez cette page, où le code est déjà rempli :
verification-link-subject = Confirmez votre adresse e-mail
verification-link-preview = Ouvrez le lien pour confirmer votre adresse e-mail.
verification-link-intro = Merci de confirmer que cette adresse est bien associée à votre compte :
verification-button = Confirmer mon adresse
verification-not-you = Vous n’avez rien demandé ? Dans ce cas, vous n’avez rien à faire : votre adresse ne sera pas confirmée.

login-code-subject = Votre code pour vous connecter
login-code-subject-code = Code { $code } pour vous connecter
login-code-preview = Saisissez-le pour vous connecter.
login-code-intro = Utilisez ce code pour vous connecter à votre compte :
login-code-not-you = Vous n’essayiez pas de vous connecter ? Dans ce cas, vous n’avez rien à faire : sans ce code, personne ne peut accéder à votre compte.

registration-title = Terminer votre inscription
registration-code-subject = Votre code pour terminer votre inscription
registration-code-subject-code = Code { $code } pour terminer votre inscription
registration-code-preview = Saisissez-le pour terminer votre inscription.
registration-code-intro = Bienvenue ! Il ne reste qu’une étape : saisissez ce code pour terminer votre inscription.
registration-code-not-you = Vous ne vouliez pas vous inscrire ? Dans ce cas, vous n’avez rien à faire : sans ce code, aucun compte ne sera créé avec votre adresse.

admin-recovery-intro = On nous a demandé de vous aider à retrouver l’accès à votre compte. Utilisez ce code pour vous connecter et choisir un nouveau mot de passe :
admin-recovery-not-you = Vous ne vous y attendiez pas ? Dans ce cas, n’utilisez pas ce code et prévenez la personne qui administre votre compte.
admin-recovery-not-you-address = Vous ne vous y attendiez pas ? Dans ce cas, n’utilisez pas ce code et prévenez-nous : { $address }

invite-title = Configurer votre compte
invite-subject = Votre code pour configurer votre compte
invite-subject-code = Code { $code } pour configurer votre compte
invite-preview = Saisissez-le pour choisir votre mot de passe.
invite-intro = Un compte vous attend. Utilisez ce code pour choisir votre mot de passe :
invite-intro-brand = Votre compte { $brand } vous attend. Utilisez ce code pour choisir votre mot de passe :
invite-button = Configurer mon compte
invite-not-you = Vous ne savez pas de quoi il s’agit ? Dans ce cas, vous n’avez rien à faire ; la personne qui vous invite peut vous l’expliquer.
invite-not-you-address = Vous ne savez pas de quoi il s’agit ? Dans ce cas, vous n’avez rien à faire ; nous vous l’expliquons volontiers : { $address }
