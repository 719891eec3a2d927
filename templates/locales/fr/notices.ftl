# Messages d’information.

notice-preview = Si c’était vous, vous n’avez rien à faire.
notice-you = C’était vous ? Dans ce cas, vous n’avez rien à faire.
notice-not-you = Ce n’était pas vous ? Quelqu’un d’autre a peut-être accès à votre compte. Changez votre mot de passe dès maintenant et contactez notre assistance.
notice-not-you-address = Ce n’était pas vous ? Quelqu’un d’autre a peut-être accès à votre compte. Changez votre mot de passe dès maintenant et écrivez à { $address }.
notice-not-you-link = Ce n’était pas vous ? Quelqu’un d’autre a peut-être accès à votre compte. Sécurisez-le dès maintenant :
notice-button = Sécuriser mon compte
notice-time = Quand : { $time }
notice-device = Appareil : { $device }
notice-place = Où : { $place }
notice-method = Méthode : { $method }
notice-address = Nouvelle adresse : { $address }

verifiable-address-changed-subject = Une adresse de votre compte a été modifiée
verifiable-address-changed-body = Une adresse e-mail ou un numéro de téléphone de votre compte a été modifié.

authenticator-key-added-subject = Une nouvelle clé de connexion a été ajoutée à votre compte
authenticator-key-added-body = Une nouvelle clé de connexion, par exemple une clé d’accès (passkey) ou une clé de sécurité, a été ajoutée à votre compte. La personne qui la détient peut se connecter.

password-changed-subject = Votre mot de passe a été modifié
password-changed-body = Le mot de passe de votre compte a été modifié.

recovery-used-subject = L’accès à votre compte a été rétabli
recovery-used-body = Quelqu’un a retrouvé l’accès à votre compte avec un code ou un lien reçu par e-mail ou par SMS.

new-login-subject = Nouvelle connexion à votre compte
new-login-body = Quelqu’un s’est connecté à votre compte depuis un appareil que nous ne connaissions pas encore.

login-method-added-subject = Un nouveau moyen de connexion a été ajouté
login-method-added-body = Un nouveau moyen de connexion a été ajouté à votre compte.

login-method-removed-subject = Un moyen de connexion a été supprimé
login-method-removed-body = Un moyen de connexion a été supprimé de votre compte.

two-factor-enabled-subject = Connexion en deux étapes activée
two-factor-enabled-body = Désormais, la connexion à votre compte demande une deuxième étape. Il est ainsi bien mieux protégé.

two-factor-disabled-subject = Connexion en deux étapes désactivée
two-factor-disabled-body = La deuxième étape de connexion a été désactivée pour votre compte. Désormais, une seule étape suffit pour se connecter.

address-changed-subject = L’adresse de votre compte a été modifiée
address-changed-body = L’adresse e-mail ou le numéro de téléphone de votre compte a été modifié.

welcome-subject = Bienvenue !
welcome-subject-brand = Bienvenue chez { $brand } !
welcome-title = Bienvenue !
welcome-preview = Votre compte est prêt.
welcome-body = Votre compte est prêt, vous pouvez vous connecter dès maintenant. Nous sommes ravis de vous compter parmi nous.
welcome-not-you = Cette inscription ne vient pas de vous ? Quelqu’un s’est sans doute trompé en tapant son adresse : vous pouvez ignorer ce message.

unknown-title = Aucun compte n’est associé à cette adresse
unknown-you = C’était vous ? Vous avez peut-être utilisé une autre adresse pour vous inscrire : essayez avec celle-là.
unknown-not-you = Ce n’était pas vous ? Dans ce cas, vous pouvez simplement ignorer ce message.

recovery-unknown-subject = Tentative d’accès à un compte
recovery-unknown-preview = Quelqu’un a essayé de retrouver l’accès à un compte avec votre adresse e-mail.
recovery-unknown-body = Vous, ou quelqu’un d’autre, avez demandé à retrouver l’accès à un compte avec cette adresse e-mail. Aucun compte n’est associé à cette adresse ; rien n’a donc changé.

verification-unknown-subject = Quelqu’un a voulu confirmer cette adresse e-mail
verification-unknown-preview = Quelqu’un a voulu confirmer votre adresse e-mail.
verification-unknown-body = Vous, ou quelqu’un d’autre, avez demandé à confirmer cette adresse e-mail. Aucun compte n’est associé à cette adresse ; rien n’a donc changé.
