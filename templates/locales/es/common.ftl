# Lo que comparten varios mensajes. Tratamiento: tú.

greeting = Hola:
greeting-name = Hola, { $name }:

code-preview = Tu código es { $code }.{ " " }
code-valid = El código es válido durante { $duration }.
code-care = Introdúcelo solo en la página donde lo pediste y no lo compartas con nadie: nunca te lo pediremos.
code-never = No lo compartas con nadie: nunca te lo pediremos.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Introdúcelo en esta página:

link-valid = El enlace es válido durante { $duration } y funciona una sola vez.
link-once = El enlace funciona una sola vez.
link-care = Por favor, no lo compartas.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = O copia este enlace en tu navegador:

client = Solicitado para: { $client }

footer-help = ¿Tienes alguna pregunta? Estaremos encantados de ayudarte: { $address }
footer-automatic = Este es un mensaje automático.
footer-automatic-brand = Este es un mensaje automático enviado por { $brand }.

# Sigue a «durante»
duration-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
duration-hours =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
duration-days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }

datetime = { $day } de { month } de { $year }, { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }

stub-subject = Mensaje de prueba
stub-body = Si puedes leer esto, el correo llega.
