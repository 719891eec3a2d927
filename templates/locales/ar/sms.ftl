# رسائل نصية: الرمز أولًا.

sms-recovery = { $code } هو رمز استعادة حسابك.
sms-recovery-brand = { $code } هو رمز استعادة حسابك في { $brand }.
sms-verification = { $code } هو رمز التأكيد.
sms-verification-brand = { $code } هو رمز التأكيد في { $brand }.
sms-login = { $code } هو رمز تسجيل الدخول.
sms-login-brand = { $code } هو رمز تسجيل الدخول إلى { $brand }.
sms-registration = { $code } هو رمز التسجيل.
sms-registration-brand = { $code } هو رمز التسجيل في { $brand }.
sms-valid = صالح لمدة { $duration }.
sms-care = لا تشاركه مع أحد.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = تم تغيير عنوان في حسابك. إذا لم تفعل ذلك، فتواصل مع فريق الدعم.
sms-authenticator-key-added = تمت إضافة مفتاح دخول جديد إلى حسابك. إذا لم تفعل ذلك، فتواصل مع فريق الدعم.
