# ما تشترك فيه عدة رسائل.

greeting = مرحبًا،
greeting-name = مرحبًا { $name }،

code-preview = رمزك هو { $code }.{ " " }
code-valid = الرمز صالح لمدة { $duration }.
code-care = يُرجى إدخاله فقط في الصفحة التي طُلب منها، وعدم مشاركته مع أي شخص: لن نطلبه منك أبدًا.
code-never = يُرجى عدم مشاركته مع أي شخص: لن نطلبه منك أبدًا.
code-note = { code-valid } { code-care }
code-note-never = { code-valid } { code-never }
code-page = يُرجى إدخاله في هذه الصفحة:

link-valid = الرابط صالح لمدة { $duration } ويعمل مرة واحدة فقط.
link-once = الرابط يعمل مرة واحدة فقط.
link-care = يُرجى عدم مشاركته.
link-note = { link-valid } { link-care }
link-note-once = { link-once } { link-care }
link-copy = أو يمكن نسخ هذا الرابط إلى المتصفح:

client = الطلب خاص بتطبيق: { $client }

footer-help = هل لديك سؤال؟ يسعدنا أن نساعدك: { $address }
footer-automatic = هذه رسالة تلقائية.
footer-automatic-brand = هذه رسالة تلقائية من { $brand }.

# بعد «لمدة»، أي في حالة الجر
duration-minutes =
    { $count ->
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $count } دقائق
       *[other] { $count } دقيقة
    }
duration-hours =
    { $count ->
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $count } ساعات
       *[other] { $count } ساعة
    }
duration-days =
    { $count ->
        [one] يوم واحد
        [two] يومين
        [few] { $count } أيام
        [many] { $count } يومًا
       *[other] { $count } يوم
    }

datetime = { $day } { month } { $year }، الساعة { $hour }:{ $minute } ({ $zone })
month =
    { $month ->
        [1] يناير
        [2] فبراير
        [3] مارس
        [4] أبريل
        [5] مايو
        [6] يونيو
        [7] يوليو
        [8] أغسطس
        [9] سبتمبر
        [10] أكتوبر
        [11] نوفمبر
       *[12] ديسمبر
    }

stub-subject = رسالة تجريبية
stub-body = إذا كان بإمكانك قراءة هذا النص، فالرسائل تصل.
