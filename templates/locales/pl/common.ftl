# To, co wspólne dla kilku wiadomości. Zwroty do odbiorcy na „ty”, wielką literą.

greeting = Dzień dobry!
greeting-name = Dzień dobry, { $name }!

code-preview = Twój kod to { $code }.{ " " }
code-valid = Kod jest ważny przez { $duration }.
code-care = Wpisz go tylko na stronie, na której o niego poproszono, i nikomu go nie podawaj: nigdy o niego nie zapytamy.
code-never = Nikomu go nie podawaj: nigdy o niego nie zapytamy.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Wpisz go na tej stronie:

link-valid = Link jest ważny przez { $duration } i działa tylko raz.
link-once = Link działa tylko raz.
link-care = Prosimy nikomu go nie udostępniać.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Możesz też skopiować ten link do przeglądarki:

client = Dotyczy aplikacji: { $client }

footer-help = Masz pytania? Chętnie pomożemy: { $address }
footer-automatic = Ta wiadomość została wysłana automatycznie.
footer-automatic-brand = Ta wiadomość została wysłana automatycznie przez { $brand }.

# Biernik: „przez …”
duration-minutes =
    { $count ->
        [one] { $count } minutę
        [few] { $count } minuty
       *[many] { $count } minut
    }
duration-hours =
    { $count ->
        [one] { $count } godzinę
        [few] { $count } godziny
       *[many] { $count } godzin
    }
duration-days =
    { $count ->
        [one] { $count } dzień
       *[many] { $count } dni
    }

datetime = { $day } { month } { $year }, { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] stycznia
        [2] lutego
        [3] marca
        [4] kwietnia
        [5] maja
        [6] czerwca
        [7] lipca
        [8] sierpnia
        [9] września
        [10] października
        [11] listopada
       *[12] grudnia
    }

stub-subject = Wiadomość testowa
stub-body = Jeśli widzisz ten tekst, poczta dociera.
