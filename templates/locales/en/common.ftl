# What several mails share.

greeting = Hello,
# $name: the reader's name, at most 40 characters
greeting-name = Hello { $name },

# $code: the code; $duration: as the duration-… messages below write it.
# code-note and link-note join their sentences here, since not every language puts a space between them.
code-preview = Your code is { $code }.
code-valid = The code is valid for { $duration }.
code-care = Enter it only on the page where you asked for it, and never share it: we will never ask you for it.
code-never = Never share it: we will never ask you for it.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = Enter it on this page:

link-valid = The link is valid for { $duration } and works once.
link-once = The link works once.
link-care = Please do not share it.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = Or copy this link into your browser:

# $client: the name of the application that the reader is signing in to
client = Requested for: { $client }

# $address: where to find help, a mail address
footer-help = Questions? We are happy to help: { $address }
footer-automatic = This is an automatic message.
# $brand: the name of the product or company
footer-automatic-brand = This is an automatic message from { $brand }.

# Follows “valid for”. $count: a number
duration-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
duration-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
duration-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }

# $day and $month are numbers, $hour and $minute have two digits, $zone is such as UTC
datetime = { $day } { month } { $year }, { $hour }:{ $minute } { $zone }
# Only used by datetime. $month: 1 to 12
month =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }

stub-subject = A test message
stub-body = If you can read this, mail arrives.
