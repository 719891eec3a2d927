# O que várias mensagens têm em comum. Tratamento: você.

greeting = Olá!
greeting-name = Olá, { $name }!

code-preview = Seu código é { $code }.{ " " }
code-valid = O código é válido por { $duration }.
code-care = Digite-o somente na página em que você fez o pedido e não o compartilhe com ninguém: nunca vamos pedir esse código a você.
code-never = Não o compartilhe com ninguém: nunca vamos pedir esse código a você.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Digite-o nesta página:

link-valid = O link é válido por { $duration } e funciona uma única vez.
link-once = O link funciona uma única vez.
link-care = Por favor, não o compartilhe.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Ou copie este link para o seu navegador:

client = Solicitado para: { $client }

footer-help = Alguma dúvida? Teremos prazer em ajudar: { $address }
footer-automatic = Esta é uma mensagem automática.
footer-automatic-brand = Esta é uma mensagem automática enviada por { $brand }.

# Vem depois de “por”
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
        [one] { $count } dia
       *[other] { $count } dias
    }

datetime =
    { $day ->
        [1] 1º
       *[other] { $day }
    } de { month } de { $year }, às { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] janeiro
        [2] fevereiro
        [3] março
        [4] abril
        [5] maio
        [6] junho
        [7] julho
        [8] agosto
        [9] setembro
        [10] outubro
        [11] novembro
       *[12] dezembro
    }

stub-subject = Mensagem de teste
stub-body = Se você está lendo isto, os e-mails estão chegando.
