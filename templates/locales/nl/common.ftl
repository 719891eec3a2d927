# Wat meerdere berichten gemeen hebben. Aanspreekvorm: je.

greeting = Hallo,
greeting-name = Hallo { $name },

code-preview = Je code is { $code }.{ " " }
code-valid = De code is { $duration } geldig.
code-care = Vul hem alleen in op de pagina waar je hem hebt aangevraagd en deel hem met niemand: wij vragen er nooit naar.
code-never = Deel hem met niemand: wij vragen er nooit naar.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Vul hem in op deze pagina:

link-valid = De link is { $duration } geldig en werkt één keer.
link-once = De link werkt één keer.
link-care = Deel hem alsjeblieft met niemand.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Of kopieer deze link naar je browser:

client = Aangevraagd voor: { $client }

footer-help = Vragen? We helpen je graag: { $address }
footer-automatic = Dit is een automatisch bericht.
footer-automatic-brand = Dit is een automatisch bericht van { $brand }.

# Staat tussen ‘is’ en ‘geldig’
duration-minutes =
    { $count ->
        [one] { $count } minuut
       *[other] { $count } minuten
    }
duration-hours = { $count } uur
duration-days =
    { $count ->
        [one] { $count } dag
       *[other] { $count } dagen
    }

datetime = { $day } { month } { $year } om { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] januari
        [2] februari
        [3] maart
        [4] april
        [5] mei
        [6] juni
        [7] juli
        [8] augustus
        [9] september
        [10] oktober
        [11] november
       *[12] december
    }

stub-subject = Een testbericht
stub-body = Als je dit kunt lezen, komt de mail aan.
