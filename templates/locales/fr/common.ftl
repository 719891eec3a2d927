# Ce que plusieurs messages ont en commun. Vouvoiement. Espaces insécables devant : ? ! ;

greeting = Bonjour,
greeting-name = Bonjour { $name },

code-preview = Votre code est { $code }.
code-valid = Ce code est valable { $duration }.
code-care = Saisissez-le uniquement sur la page où vous l’avez demandé et ne le communiquez à personne : nous ne vous le demanderons jamais.
code-never = Ne le communiquez à personne : nous ne vous le demanderons jamais.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Saisissez-le sur cette page :

link-valid = Ce lien est valable { $duration } et ne fonctionne qu’une fois.
link-once = Ce lien ne fonctionne qu’une fois.
link-care = Ne le partagez pas.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Ou copiez ce lien dans votre navigateur :

client = Demandé pour : { $client }

footer-help = Une question ? Nous sommes là pour vous aider : { $address }
footer-automatic = Ceci est un message automatique.
footer-automatic-brand = Ceci est un message automatique envoyé par { $brand }.

# Suit « est valable »
duration-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
duration-hours =
    { $count ->
        [one] { $count } heure
       *[other] { $count } heures
    }
duration-days =
    { $count ->
        [one] { $count } jour
       *[other] { $count } jours
    }

datetime =
    { $day ->
        [1] 1er
       *[other] { $day }
    } { month } { $year } à { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] janvier
        [2] février
        [3] mars
        [4] avril
        [5] mai
        [6] juin
        [7] juillet
        [8] août
        [9] septembre
        [10] octobre
        [11] novembre
       *[12] décembre
    }

stub-subject = Message de test
stub-body = Si vous lisez ceci, les messages arrivent bien.
