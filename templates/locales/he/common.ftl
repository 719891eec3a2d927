# מה שמשותף לכמה הודעות. הפנייה ברבים או בלשון סתמית, כדי לפנות לכולם.

greeting = שלום,
greeting-name = שלום { $name },

code-preview = הקוד שלכם הוא { $code }.{ " " }
code-valid = הקוד בתוקף למשך { $duration }.
code-care = הזינו אותו רק בעמוד שבו ביקשתם אותו, ואל תמסרו אותו לאיש: לעולם לא נבקש אותו מכם.
code-never = אל תמסרו אותו לאיש: לעולם לא נבקש אותו מכם.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = הזינו אותו בעמוד הזה:

link-valid = הקישור בתוקף למשך { $duration } ופועל פעם אחת בלבד.
link-once = הקישור פועל פעם אחת בלבד.
link-care = נא לא לשתף אותו.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = אפשר גם להעתיק את הקישור הזה לדפדפן:

client = עבור היישום: { $client }

footer-help = יש לכם שאלות? נשמח לעזור: { $address }
footer-automatic = זו הודעה אוטומטית.
footer-automatic-brand = זו הודעה אוטומטית מאת { $brand }.

# אחרי „למשך”
duration-minutes =
    { $count ->
        [one] דקה אחת
        [two] שתי דקות
       *[other] { $count } דקות
    }
duration-hours =
    { $count ->
        [one] שעה אחת
        [two] שעתיים
       *[other] { $count } שעות
    }
duration-days =
    { $count ->
        [one] יום אחד
        [two] יומיים
       *[other] { $count } ימים
    }

datetime = { $day } ב{ month } { $year }, { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] ינואר
        [2] פברואר
        [3] מרץ
        [4] אפריל
        [5] מאי
        [6] יוני
        [7] יולי
        [8] אוגוסט
        [9] ספטמבר
        [10] אוקטובר
        [11] נובמבר
       *[12] דצמבר
    }

stub-subject = הודעת בדיקה
stub-body = אם אתם קוראים את זה, הדואר מגיע.
