# Was mehrere Mails gemeinsam haben. Anrede: Sie.

greeting = Hallo!
greeting-name = Hallo { $name }!

code-preview = Ihr Code lautet { $code }.{ " " }
code-valid = Der Code ist { $duration } gültig.
code-care = Geben Sie ihn nur auf der Seite ein, auf der Sie ihn angefordert haben, und verraten Sie ihn niemandem: Wir werden Sie nie danach fragen.
code-never = Verraten Sie ihn niemandem: Wir werden Sie nie danach fragen.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Geben Sie ihn auf dieser Seite ein:

link-valid = Der Link ist { $duration } gültig und funktioniert nur einmal.
link-once = Der Link funktioniert nur einmal.
link-care = Bitte geben Sie ihn nicht weiter.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Oder kopieren Sie diesen Link in Ihren Browser:

client = Angefordert für: { $client }

footer-help = Haben Sie Fragen? Wir helfen Ihnen gern: { $address }
footer-automatic = Dies ist eine automatische Nachricht.
footer-automatic-brand = Dies ist eine automatische Nachricht von { $brand }.

# Akkusativ: „ist … gültig“
duration-minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
duration-hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
duration-days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }

datetime = { $day }. { month } { $year }, { $hour }:{ $minute } Uhr ({ $zone })
month =
    { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    }

stub-subject = Eine Testnachricht
stub-body = Wenn Sie das lesen können, kommen Mails an.
