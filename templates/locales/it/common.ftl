# Ciò che più messaggi hanno in comune. Si dà del tu.

greeting = Ciao!
greeting-name = Ciao { $name }!

code-preview = Il tuo codice è { $code }.
code-valid = Il codice è valido per { $duration }.
code-care = Inseriscilo solo nella pagina in cui l’hai richiesto e non condividerlo con nessuno: non te lo chiederemo mai.
code-never = Non condividerlo con nessuno: non te lo chiederemo mai.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Inseriscilo in questa pagina:

link-valid = Il link è valido per { $duration } e funziona una sola volta.
link-once = Il link funziona una sola volta.
link-care = Non condividerlo con nessuno.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Oppure copia questo link nel tuo browser:

client = Richiesto per: { $client }

footer-help = Hai domande? Siamo felici di aiutarti: { $address }
footer-automatic = Questo è un messaggio automatico.
footer-automatic-brand = Questo è un messaggio automatico inviato da { $brand }.

# Segue «per»
duration-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minuti
    }
duration-hours =
    { $count ->
        [one] { $count } ora
       *[other] { $count } ore
    }
duration-days =
    { $count ->
        [one] { $count } giorno
       *[other] { $count } giorni
    }

datetime =
    { $day ->
        [1] 1º
       *[other] { $day }
    } { month } { $year }, { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] gennaio
        [2] febbraio
        [3] marzo
        [4] aprile
        [5] maggio
        [6] giugno
        [7] luglio
        [8] agosto
        [9] settembre
        [10] ottobre
        [11] novembre
       *[12] dicembre
    }

stub-subject = Messaggio di prova
stub-body = Se riesci a leggere questo testo, la posta arriva.
