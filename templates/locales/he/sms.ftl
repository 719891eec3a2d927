# הודעות SMS: הקוד תחילה.

sms-recovery = { $code } הוא הקוד לשחזור החשבון שלכם.
sms-recovery-brand = { $code } הוא הקוד לשחזור החשבון שלכם ב־{ $brand }.
sms-verification = { $code } הוא קוד האישור שלכם.
sms-verification-brand = { $code } הוא קוד האישור שלכם ב־{ $brand }.
sms-login = { $code } הוא קוד הכניסה שלכם.
sms-login-brand = { $code } הוא קוד הכניסה שלכם ל־{ $brand }.
sms-registration = { $code } הוא קוד ההרשמה שלכם.
sms-registration-brand = { $code } הוא קוד ההרשמה שלכם ל־{ $brand }.
sms-valid = בתוקף למשך { $duration }.
sms-care = אל תמסרו אותו לאיש.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:
sms-verifiable-address-changed = כתובת בחשבון שלכם שונתה. זה לא הייתם אתם? פנו לתמיכה שלנו.
sms-authenticator-key-added = מפתח כניסה חדש נוסף לחשבון שלכם. זה לא הייתם אתם? פנו לתמיכה שלנו.
